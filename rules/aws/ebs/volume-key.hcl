rule "aws/ebs/volume-key" {
  title    = "Encrypt an EBS volume with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The account's default key opens every volume to everyone who may use EBS. A
    customer managed key limits who can attach, copy or share this one.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ebs_volume",
  ]

  aliases {
    checkov = ["CKV_AWS_189"]
    trivy   = ["AWS-0027"]
    tfsec   = ["aws-ebs-encryption-customer-key"]
  }

  target {
    resource = "aws_ebs_volume"
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

  refuse {
    when = target.snapshot_id != null
    note = "The volume comes from a snapshot, or may. Copy the snapshot with the key first."
  }

  applicability {
    level       = "disruptive"
    note        = "A volume cannot change its key. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the new volume is attached."

    runbook = <<-EOT
      1. Stop the writers and snapshot the volume.
      2. Copy the snapshot with `aws ec2 copy-snapshot --encrypted --kms-key-id`.
      3. Add `snapshot_id` with the copy to this branch, so that the new volume is restored and not empty.
      4. Apply, check the data, start the writers.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        size              = 40
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        size              = 40
        encrypted         = true
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        size              = 40
        encrypted         = true
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        size              = 40
        encrypted         = true
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        size              = 40
        encrypted         = true
        kms_key_id        = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ebs_volume" "main" {
        for_each          = toset(var.names)
        availability_zone = "eu-west-1a"
        size              = 40
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "main" {
        for_each          = toset(var.names)
        availability_zone = "eu-west-1a"
        size              = 40
        encrypted         = true
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        size              = 40
      }
    EOT
    refused = true
  }

  example "restored from a snapshot" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_ebs_volume" "main" {
        availability_zone = "eu-west-1a"
        snapshot_id       = var.snapshot
      }
    EOT
    refused = true
  }
}
