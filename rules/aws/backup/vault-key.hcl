rule "aws/backup/vault-key" {
  title    = "Encrypt a backup vault with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Backups are the whole company in one place. With a customer managed key a
    stolen role that may read the vault still cannot restore from it.
  EOT

  references = [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_vault",
  ]

  aliases {
    checkov = ["CKV_AWS_166"]
  }

  target {
    resource = "aws_backup_vault"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the vault, which AWS refuses while it holds recovery points."
    replacement = true

    runbook = <<-EOT
      1. Create a second vault with the key beside this one and point the backup plans to it.
      2. Copy the recovery points that must be kept.
      3. Remove the old vault when its last recovery point has expired.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_backup_vault" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_backup_vault" "main" {
        name        = "main"
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_backup_vault" "main" {
        name        = "main"
        kms_key_arn = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_backup_vault" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_backup_vault" "main" {
        for_each    = toset(var.names)
        name        = each.key
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_backup_vault" "main" {
        name = "main"
      }
    EOT
    refused = true
  }
}
