rule "aws/ebs/snapshot-copy-key" {
  title    = "Encrypt a copied EBS snapshot with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A snapshot can be shared with any account in one call. Encrypted with a
    customer managed key it is of no use to an account that may not use the key.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ebs_snapshot_copy",
  ]

  aliases {
    checkov = ["CKV_AWS_183"]
  }

  target {
    resource = "aws_ebs_snapshot_copy"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encrypted" {
    value = true
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform deletes the copy and makes a new one."
    replacement = "The copy gets another id."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
        encrypted          = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
        encrypted          = true
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
        encrypted          = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
        encrypted          = true
        kms_key_id         = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        for_each           = toset(var.names)
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        for_each           = toset(var.names)
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
        encrypted          = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_ebs_snapshot_copy" "main" {
        source_snapshot_id = var.snapshot
        source_region      = "eu-west-1"
      }
    EOT
    refused = true
  }
}
