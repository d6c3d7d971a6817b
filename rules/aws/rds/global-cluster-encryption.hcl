rule "aws/rds/global-cluster-encryption" {
  title    = "Encrypt a global database cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Every region's copy takes its encryption from the global cluster, so that
    one missing argument leaves the data open on the disks of all of them.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_global_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_140"]
  }

  target {
    resource = "aws_rds_global_cluster"
    when     = target.source_db_cluster_identifier == null
  }

  set "storage_encrypted" {
    value = true
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
      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = true
      }
    EOT
  }

  example "storage encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
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

      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        for_each                  = toset(var.names)
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        for_each                  = toset(var.names)
        global_cluster_identifier = "orders"
        engine                    = "aurora-postgresql"
        storage_encrypted         = true
      }
    EOT
  }

  example "made of a cluster that exists" {
    before    = <<-EOT
      resource "aws_rds_global_cluster" "orders" {
        global_cluster_identifier    = "orders"
        source_db_cluster_identifier = aws_rds_cluster.orders.arn
      }
    EOT
    unchanged = true
  }
}
