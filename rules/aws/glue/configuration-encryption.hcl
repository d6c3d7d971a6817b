rule "aws/glue/configuration-encryption" {
  title    = "Encrypt logs, bookmarks and output of Glue jobs"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Logs and bookmarks of a job quote the data it moves, and its output is the
    data. One place left in the clear opens all of it.
  EOT

  references = [
    "https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/glue_security_configuration",
  ]

  aliases {
    checkov = ["CKV_AWS_99"]
    kics    = ["ad5b4e97-2850-4adf-be17-1d293e0b85ee"]
  }

  target {
    resource = "aws_glue_security_configuration"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "encryption_configuration" {
    body {
      cloudwatch_encryption {
        set "cloudwatch_encryption_mode" {
          value = "SSE-KMS"
        }
        set "kms_key_arn" {
          value = param.kms_key
          keep  = true
        }
      }

      job_bookmarks_encryption {
        set "job_bookmarks_encryption_mode" {
          value = "CSE-KMS"
        }
        set "kms_key_arn" {
          value = param.kms_key
          keep  = true
        }
      }

      s3_encryption {
        set "kms_key_arn" {
          value = param.kms_key
          keep  = true
        }
        set "s3_encryption_mode" {
          value = "SSE-KMS"
        }
      }
    }
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the configuration; the roles of the jobs need permission to use the key."
    replacement = "The configuration is created anew; give it `create_before_destroy` while jobs use it."
  }

  example "nothing encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_glue_security_configuration" "main" {
        name = "main"

        encryption_configuration {
          cloudwatch_encryption {
            cloudwatch_encryption_mode = "DISABLED"
          }

          job_bookmarks_encryption {
            job_bookmarks_encryption_mode = "DISABLED"
          }

          s3_encryption {
            s3_encryption_mode = "DISABLED"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_glue_security_configuration" "main" {
        name = "main"

        encryption_configuration {
          cloudwatch_encryption {
            cloudwatch_encryption_mode = "SSE-KMS"
            kms_key_arn                = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }

          job_bookmarks_encryption {
            job_bookmarks_encryption_mode = "CSE-KMS"
            kms_key_arn                   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }

          s3_encryption {
            s3_encryption_mode = "SSE-KMS"
            kms_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_glue_security_configuration" "main" {
        name = "main"

        encryption_configuration {
          cloudwatch_encryption {
            cloudwatch_encryption_mode = "DISABLED"
          }

          job_bookmarks_encryption {
            job_bookmarks_encryption_mode = "DISABLED"
          }

          s3_encryption {
            s3_encryption_mode = "DISABLED"
          }
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_glue_security_configuration" "main" {
        name = "main"

        encryption_configuration {
          cloudwatch_encryption {
            cloudwatch_encryption_mode = "SSE-KMS"
            kms_key_arn                = aws_kms_key.glue.arn
          }

          job_bookmarks_encryption {
            job_bookmarks_encryption_mode = "CSE-KMS"
            kms_key_arn                   = aws_kms_key.glue.arn
          }

          s3_encryption {
            kms_key_arn        = aws_kms_key.glue.arn
            s3_encryption_mode = "SSE-KMS"
          }
        }
      }
    EOT
    unchanged = true
  }
}
