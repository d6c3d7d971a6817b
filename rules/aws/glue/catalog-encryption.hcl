rule "aws/glue/catalog-encryption" {
  title    = "Encrypt the data catalogue and its passwords"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The catalogue knows where all data lies, and keeps the passwords for
    reaching it.
  EOT

  references = [
    "https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/glue_data_catalog_encryption_settings",
  ]

  aliases {
    checkov = ["CKV_AWS_94"]
    kics    = ["01d50b14-e933-4c99-b314-6d08cd37ad35"]
    prowler = ["glue_data_catalogs_connection_passwords_encryption_enabled", "glue_data_catalogs_metadata_encryption_enabled"]
  }

  target {
    resource = "aws_glue_data_catalog_encryption_settings"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "data_catalog_encryption_settings" {
    body {
      connection_password_encryption {
        set "aws_kms_key_id" {
          value = param.kms_key
          keep  = true
        }
        set "return_connection_password_encrypted" {
          value = true
        }
      }

      encryption_at_rest {
        set "catalog_encryption_mode" {
          value = "SSE-KMS"
        }
        set "sse_aws_kms_key_id" {
          value = param.kms_key
          keep  = true
        }
      }
    }
  }

  applicability {
    level = "review"
    note  = "Jobs, crawlers and people who read the catalogue need permission to use the key."
  }

  example "nothing encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_glue_data_catalog_encryption_settings" "main" {
        data_catalog_encryption_settings {
          connection_password_encryption {
            return_connection_password_encrypted = false
          }

          encryption_at_rest {
            catalog_encryption_mode = "DISABLED"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_glue_data_catalog_encryption_settings" "main" {
        data_catalog_encryption_settings {
          connection_password_encryption {
            return_connection_password_encrypted = true
            aws_kms_key_id                       = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }

          encryption_at_rest {
            catalog_encryption_mode = "SSE-KMS"
            sse_aws_kms_key_id      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_glue_data_catalog_encryption_settings" "main" {
        data_catalog_encryption_settings {
          connection_password_encryption {
            return_connection_password_encrypted = false
          }

          encryption_at_rest {
            catalog_encryption_mode = "DISABLED"
          }
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_glue_data_catalog_encryption_settings" "main" {
        data_catalog_encryption_settings {
          connection_password_encryption {
            aws_kms_key_id                       = aws_kms_key.glue.arn
            return_connection_password_encrypted = true
          }

          encryption_at_rest {
            catalog_encryption_mode = "SSE-KMS"
            sse_aws_kms_key_id      = aws_kms_key.glue.arn
          }
        }
      }
    EOT
    unchanged = true
  }
}
