rule "aws/neptune/backup-retention" {
  title    = "Keep the backups of a Neptune cluster for a week"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A mistake is often found after days. With one day of backups the good state
    is gone by then.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/backup-restore-overview.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_361"]
    security_hub = ["Neptune.5"]
    prowler      = ["neptune_cluster_backup_enabled"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  set "backup_retention_period" {
    value    = 7
    at_least = 7
    default  = 1
  }

  applicability {
    level = "safe"
    cost  = "Backups beyond the size of the cluster are billed."
  }

  example "backup retention period not mentioned" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        backup_retention_period = 7

      }
    EOT
  }

  example "backup retention period wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        backup_retention_period = 1 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        backup_retention_period = 7 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 1
      }

      resource "aws_neptune_cluster" "main" {
        backup_retention_period = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 7
      }

      resource "aws_neptune_cluster" "main" {
        backup_retention_period = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_neptune_cluster" "main" {
        backup_retention_period = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        backup_retention_period = 30
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

        backup_retention_period = 7
      }
    EOT
  }
}
