rule "aws/docdb/storage-encryption" {
  title    = "Encrypt the storage of a DocumentDB cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Encryption covers the documents, their backups and snapshots. It is off
    unless asked for, and can only be asked for when the cluster is created.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_74"]
    trivy        = ["AWS-0021"]
    tfsec        = ["aws-documentdb-enable-storage-encryption"]
    kics         = ["bc1f9009-84a0-490f-ae09-3e0ea6d74ad6"]
    terrascan    = ["AC_AWS_0455"]
    security_hub = ["DocumentDB.1"]
    prowler      = ["documentdb_cluster_storage_encrypted"]
  }

  target {
    resource = "aws_docdb_cluster"
  }

  set "storage_encrypted" {
    value = true
  }

  refuse {
    when = target.snapshot_identifier != null
    note = "The cluster is restored from a snapshot, or may be, and then the snapshot's encryption decides. Copy the snapshot with encryption first."
  }

  applicability {
    level       = "disruptive"
    note        = "AWS cannot encrypt an existing cluster in place. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the restored cluster takes traffic."

    runbook = <<-EOT
      1. Merge only in an agreed window; review `deletion_protection` and the final snapshot.
      2. Stop writers, then take a snapshot.
      3. Add `snapshot_identifier` to this branch, so that the new cluster is restored and not empty.
      4. Apply, compare counts, start the writers.
    EOT
  }

  example "storage encrypted not mentioned" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = true
      }
    EOT
  }

  example "storage encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
        storage_encrypted  = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        storage_encrypted  = true
      }
    EOT
  }

  example "restored from a snapshot" {
    before  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier  = "catalogue"
        snapshot_identifier = var.snapshot
      }
    EOT
    refused = true
  }
}
