rule "aws/dms/replication-instance-key" {
  title    = "Encrypt a DMS replication instance with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Everything that is migrated passes through the replication instance's disk.
    A customer managed key lets its owner log and end access to it.
  EOT

  references = [
    "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dms_replication_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_212"]
  }

  target {
    resource = "aws_dms_replication_instance"
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
    note        = "Terraform will plan to replace the replication instance; its tasks stop and resume."
    replacement = true
    downtime    = "Replication stands still until the new instance has taken over."

    runbook = <<-EOT
      1. Stop the replication tasks and note their checkpoints.
      2. Apply.
      3. Move the tasks to the new instance and resume them from the checkpoints.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        kms_key_arn                = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        kms_key_arn                = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        for_each                   = toset(var.names)
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        for_each                   = toset(var.names)
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        kms_key_arn                = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
      }
    EOT
    refused = true
  }
}
