rule "aws/codegurureviewer/association-key" {
  title    = "Encrypt code reviews with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Reviews quote the source code they are about. A customer managed key limits
    and logs who can read them.
  EOT

  references = [
    "https://docs.aws.amazon.com/codeguru/latest/reviewer-ug/encryption-in-codeguru-reviewer.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codegurureviewer_repository_association",
  ]

  aliases {
    checkov = ["CKV_AWS_381"]
  }

  target {
    resource = "aws_codegurureviewer_repository_association"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "kms_key_details" {
    body {
      encryption_option = "CUSTOMER_MANAGED_CMK"
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
      }
    }
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the association; past recommendations are gone."
    replacement = "The association is created anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codegurureviewer_repository_association" "main" {
        repository {
          codecommit {
            name = aws_codecommit_repository.main.repository_name
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codegurureviewer_repository_association" "main" {
        repository {
          codecommit {
            name = aws_codecommit_repository.main.repository_name
          }
        }

        kms_key_details {
          encryption_option = "CUSTOMER_MANAGED_CMK"
          kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_codegurureviewer_repository_association" "main" {
        repository {
          codecommit {
            name = aws_codecommit_repository.main.repository_name
          }
        }

        kms_key_details {
          encryption_option = "CUSTOMER_MANAGED_CMK"
          kms_key_id        = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codegurureviewer_repository_association" "main" {
        for_each = toset(var.names)

        repository {
          codecommit {
            name = aws_codecommit_repository.main.repository_name
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codegurureviewer_repository_association" "main" {
        for_each = toset(var.names)

        repository {
          codecommit {
            name = aws_codecommit_repository.main.repository_name
          }
        }

        kms_key_details {
          encryption_option = "CUSTOMER_MANAGED_CMK"
          kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_codegurureviewer_repository_association" "main" {
        repository {
          codecommit {
            name = aws_codecommit_repository.main.repository_name
          }
        }
      }
    EOT
    refused = true
  }
}
