rule "aws/neptune/storage-encryption" {
  title    = "Encrypt the storage of a Neptune cluster"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Encryption at rest covers the storage, the backups, the snapshots and the
    replicas. It can only be chosen when the cluster is created.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/encrypt.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_44"]
    security_hub = ["Neptune.1"]
    trivy        = ["AWS-0076"]
    tfsec        = ["aws-neptune-enable-storage-encryption"]
    kics         = ["98d59056-f745-4ef5-8613-32bca8d40b7e"]
    terrascan    = ["AC_AWS_0493"]
    prowler      = ["neptune_cluster_storage_encrypted"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  set "storage_encrypted" {
    value   = true
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "A cluster cannot be encrypted in place. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the restored cluster takes traffic."

    runbook = <<-EOT
      1. Merge only in an agreed window; review the final snapshot settings.
      2. Stop writers and take a cluster snapshot.
      3. Restore it encrypted under a new name, or add `snapshot_identifier` to this branch.
      4. Apply, compare counts, start the writers.
    EOT
  }

  example "storage encrypted not mentioned" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        storage_encrypted = true

      }
    EOT
  }

  example "storage encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        storage_encrypted = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        storage_encrypted = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_neptune_cluster" "main" {
        storage_encrypted = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_neptune_cluster" "main" {
        storage_encrypted = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_neptune_cluster" "main" {
        storage_encrypted = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        storage_encrypted = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each = toset(var.names)

        storage_encrypted = true
      }
    EOT
  }
}
