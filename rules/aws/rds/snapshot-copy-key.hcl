rule "aws/rds/snapshot-copy-key" {
  title    = "Encrypt a copied database snapshot with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A snapshot is the whole database in a form that can be shared. Encrypted
    with a customer managed key it cannot be restored without the key.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_snapshot_copy",
  ]

  aliases {
    checkov = ["CKV_AWS_266"]
  }

  target {
    resource = "aws_db_snapshot_copy"
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
    level       = "review"
    note        = "Terraform deletes the copy and makes a new one."
    replacement = "The copy is made anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_snapshot_copy" "main" {
        source_db_snapshot_identifier = var.snapshot
        target_db_snapshot_identifier = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_snapshot_copy" "main" {
        source_db_snapshot_identifier = var.snapshot
        target_db_snapshot_identifier = "main"
        kms_key_id                    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_db_snapshot_copy" "main" {
        source_db_snapshot_identifier = var.snapshot
        target_db_snapshot_identifier = "main"
        kms_key_id                    = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_snapshot_copy" "main" {
        for_each                      = toset(var.names)
        source_db_snapshot_identifier = var.snapshot
        target_db_snapshot_identifier = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_snapshot_copy" "main" {
        for_each                      = toset(var.names)
        source_db_snapshot_identifier = var.snapshot
        target_db_snapshot_identifier = "main"
        kms_key_id                    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_db_snapshot_copy" "main" {
        source_db_snapshot_identifier = var.snapshot
        target_db_snapshot_identifier = "main"
      }
    EOT
    refused = true
  }
}
