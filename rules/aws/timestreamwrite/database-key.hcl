rule "aws/timestreamwrite/database-key" {
  title    = "Encrypt a Timestream database with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Timestream encrypts with its own default key in the account. A customer
    managed key separates these measurements from others and shows each use.
  EOT

  references = [
    "https://docs.aws.amazon.com/timestream/latest/developerguide/EncryptionAtRest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/timestreamwrite_database",
  ]

  aliases {
    checkov = ["CKV_AWS_160"]
  }

  target {
    resource = "aws_timestreamwrite_database"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "Writers and readers need permission to use the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_timestreamwrite_database" "main" {
        database_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_timestreamwrite_database" "main" {
        database_name = "main"
        kms_key_id    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_timestreamwrite_database" "main" {
        database_name = "main"
        kms_key_id    = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_timestreamwrite_database" "main" {
        for_each      = toset(var.names)
        database_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_timestreamwrite_database" "main" {
        for_each      = toset(var.names)
        database_name = "main"
        kms_key_id    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_timestreamwrite_database" "main" {
        database_name = "main"
      }
    EOT
    refused = true
  }
}
