rule "aws/docdb/global-storage-encryption" {
  title    = "Encrypt the storage of a global DocumentDB cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Every region's copy takes its encryption from the global cluster, so that
    one missing argument leaves the documents open on the disks of all of them.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/global-clusters.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_global_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_292"]
  }

  target {
    resource = "aws_docdb_global_cluster"
  }

  set "storage_encrypted" {
    value = true
  }

  refuse {
    when = target.source_db_cluster_identifier != null
    note = "The global cluster is made of another one, or may be, and takes its encryption from that. Encrypt that one."
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the global cluster; its member clusters must be created again."
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
      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = true
      }
    EOT
  }

  example "storage encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier = "catalogue"
        storage_encrypted         = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        for_each                  = toset(var.names)
        global_cluster_identifier = "catalogue"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        for_each                  = toset(var.names)
        global_cluster_identifier = "catalogue"
        storage_encrypted         = true
      }
    EOT
  }

  example "made of a cluster that exists" {
    before  = <<-EOT
      resource "aws_docdb_global_cluster" "catalogue" {
        global_cluster_identifier    = "catalogue"
        source_db_cluster_identifier = aws_docdb_cluster.catalogue.arn
      }
    EOT
    refused = true
  }
}
