rule "aws/athena/database-encryption" {
  title    = "Encrypt an Athena database"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Results of the statements that Terraform runs for the database land in S3.
    Encryption makes reading them a matter of permission on a key.
  EOT

  references = [
    "https://docs.aws.amazon.com/athena/latest/ug/encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/athena_database",
  ]

  aliases {
    checkov   = ["CKV_AWS_77"]
    kics      = ["b2315cae-b110-4426-81e0-80bb8640cdd3"]
    terrascan = ["AC_AWS_0443"]
  }

  target {
    resource = "aws_athena_database"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an ARN or a reference. Null means keys that S3 manages."
  }

  set "encryption_configuration.encryption_option" {
    value   = "SSE_S3"
    present = true
    when    = param.kms_key == null
  }

  # Another way of encrypting would replace a database that is encrypted already.
  block "encryption_configuration" {
    body {
      encryption_option = "SSE_KMS"
      set "kms_key" {
        value = param.kms_key
        keep  = true
      }
    }
    when = param.kms_key != null && target.encryption_configuration.encryption_option == null
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the database entry in the catalogue; tables declared elsewhere must be created again."
    replacement = "The database is dropped and created anew in the catalogue; files in S3 stay."
  }

  example "encryption option not mentioned" {
    before = <<-EOT
      resource "aws_athena_database" "main" {
        name   = "analytics"
        bucket = aws_s3_bucket.results.id
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_database" "main" {
        name   = "analytics"
        bucket = aws_s3_bucket.results.id

        encryption_configuration {
          encryption_option = "SSE_S3"
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_athena_database" "main" {
        name   = "analytics"
        bucket = aws_s3_bucket.results.id

        encryption_configuration {
          encryption_option = "SSE_KMS"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_athena_database" "main" {
        for_each = toset(var.names)
        name     = each.key
        bucket   = aws_s3_bucket.results.id
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_database" "main" {
        for_each = toset(var.names)
        name     = each.key
        bucket   = aws_s3_bucket.results.id

        encryption_configuration {
          encryption_option = "SSE_S3"
        }
      }
    EOT
  }

  example "with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_athena_database" "main" {
        name   = "analytics"
        bucket = aws_s3_bucket.results.id
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_database" "main" {
        name   = "analytics"
        bucket = aws_s3_bucket.results.id

        encryption_configuration {
          encryption_option = "SSE_KMS"
          kms_key           = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "encrypted already, with keys that S3 manages" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_athena_database" "main" {
        name   = "analytics"
        bucket = aws_s3_bucket.results.id

        encryption_configuration {
          encryption_option = "SSE_S3"
        }
      }
    EOT
    unchanged = true
  }
}
