rule "aws/neptune/cluster-key" {
  title    = "Encrypt a Neptune cluster with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A graph joins people, devices and accounts that other systems keep apart. A
    customer managed key lets its owner log and end access to the whole.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/encrypt.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_347"]
    trivy   = ["AWS-0128"]
    tfsec   = ["aws-neptune-encryption-customer-key"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "storage_encrypted" {
    value = true
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "An existing cluster cannot change its key. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the restored cluster takes traffic."

    runbook = <<-EOT
      1. Merge only in an agreed window; review `deletion_protection` and the final snapshot.
      2. Stop writers, take a cluster snapshot and copy it with the new key.
      3. Add `snapshot_identifier` with that copy to this branch, so that the new cluster is restored and not empty.
      4. Apply, compare row counts, start the writers.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        cluster_identifier = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
        kms_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
        kms_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
        kms_key_arn        = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        storage_encrypted  = true
        kms_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        cluster_identifier = "main"
      }
    EOT
    refused = true
  }
}
