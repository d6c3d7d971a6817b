rule "aws/docdb/backups" {
  title    = "Keep a week of backups of a DocumentDB cluster"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The default keeps one day, so that a mistake found after the weekend can no
    longer be undone.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/backup_restore.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_360"]
    security_hub = ["DocumentDB.2"]
    prowler      = ["documentdb_cluster_backup_enabled"]
  }

  target {
    resource = "aws_docdb_cluster"
  }

  param "days" {
    type        = "number"
    default     = 7
    description = "Days to keep automatic backups, 1 to 35."
  }

  set "backup_retention_period" {
    at_least = 7
    value    = param.days
  }

  applicability {
    level = "safe"
    cost  = "Backups beyond the size of the cluster are billed."
  }

  example "backup retention period not mentioned" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
        backup_retention_period = 7
      }
    EOT
  }

  example "backup retention period wrong in writing" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
        backup_retention_period = 1 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
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

      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
        backup_retention_period = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 7
      }

      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
        backup_retention_period = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
        backup_retention_period = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier      = "catalogue"
        backup_retention_period = 14
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
        for_each                = toset(var.names)
        cluster_identifier      = each.key
        backup_retention_period = 7
      }
    EOT
  }
}
