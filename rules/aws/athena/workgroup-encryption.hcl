rule "aws/athena/workgroup-encryption" {
  title    = "Encrypt the query results of an Athena workgroup"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Each query leaves its result in a bucket as a file, with everything it read.
    Encryption makes reading that file a matter of permission on a key.
  EOT

  references = [
    "https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/athena_workgroup",
  ]

  aliases {
    checkov      = ["CKV_AWS_159"]
    trivy        = ["AWS-0006"]
    tfsec        = ["aws-athena-enable-at-rest-encryption"]
    kics         = ["d364984a-a222-4b5f-a8b0-e23ab19ebff3"]
    security_hub = ["Athena.1"]
    prowler      = ["athena_workgroup_encryption"]
  }

  target {
    resource = "aws_athena_workgroup"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an ARN or a reference. Null means keys that S3 manages."
  }

  set "configuration.result_configuration.encryption_configuration.encryption_option" {
    value   = "SSE_S3"
    present = true
    when    = param.kms_key == null
  }

  block "configuration.result_configuration.encryption_configuration" {
    body {
      encryption_option = "SSE_KMS"
      set "kms_key_arn" {
        value = param.kms_key
        keep  = true
      }
    }
    when = param.kms_key != null && target.configuration.result_configuration.encryption_configuration.encryption_option == null
  }

  applicability {
    level = "safe"
  }

  example "encryption option not mentioned" {
    before = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          result_configuration {
            encryption_configuration {
              encryption_option = "SSE_S3"
            }
          }
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          result_configuration {
            encryption_configuration {
              encryption_option = "CSE_KMS"
            }
          }
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_athena_workgroup" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_workgroup" "main" {
        for_each = toset(var.names)
        name     = each.key

        configuration {
          result_configuration {
            encryption_configuration {
              encryption_option = "SSE_S3"
            }
          }
        }
      }
    EOT
  }

  example "with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          result_configuration {
            encryption_configuration {
              encryption_option = "SSE_KMS"
              kms_key_arn       = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }
        }
      }
    EOT
  }

  example "encrypted already, with keys that S3 manages" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          result_configuration {
            encryption_configuration {
              encryption_option = "SSE_S3"
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
