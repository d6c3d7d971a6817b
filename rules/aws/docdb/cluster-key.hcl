rule "aws/docdb/cluster-key" {
  title    = "Encrypt a DocumentDB cluster with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Under the default key every database of the account opens with the same
    permission. A key of one's own separates the documents of this cluster from
    all other data.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_182"]
    trivy   = ["AWS-0022"]
    tfsec   = ["aws-documentdb-encryption-customer-key"]
    kics    = ["4766d3ea-241c-4ee6-93ff-c380c996bd1a"]
  }

  target {
    resource = "aws_docdb_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "storage_encrypted" {
    value = true
  }

  set "kms_key_id" {
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
      resource "aws_docdb_cluster" "main" {
        cluster_identifier = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_docdb_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_docdb_cluster" "main" {
        cluster_identifier = "main"
        storage_encrypted  = true
        kms_key_id         = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_docdb_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        storage_encrypted  = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_docdb_cluster" "main" {
        cluster_identifier = "main"
      }
    EOT
    refused = true
  }
}
