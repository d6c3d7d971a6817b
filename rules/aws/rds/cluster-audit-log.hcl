rule "aws/rds/cluster-audit-log" {
  title    = "Send a MySQL cluster's audit log to CloudWatch"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The audit log says who connected and which statements ran. In CloudWatch it
    is out of reach of whoever took over the database.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Auditing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_325"]
    security_hub = ["RDS.34"]
  }

  target {
    resource = "aws_rds_cluster"
    when     = target.engine == null || contains(["aurora", "aurora-mysql", "mysql"], lower(target.engine))
  }

  set "enabled_cloudwatch_logs_exports" {
    value    = ["audit"]
    contains = ["audit"]
  }

  applicability {
    level = "review"
    note  = "The cluster's parameter group must have server_audit_logging = 1, or there is nothing to send."
    cost  = "Log ingestion and storage are billed."
  }

  example "enabled cloudwatch logs exports not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = ["audit"]
      }
    EOT
  }

  example "enabled cloudwatch logs exports wrong in writing" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = ["error"] # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = ["error", "audit"] # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = list(string)
        default = ["error"]
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = list(string)
        default = ["error", "audit"]
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = list(string)
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = ["audit"]
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-mysql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        for_each                        = toset(var.names)
        cluster_identifier              = each.key
        engine                          = "aurora-mysql"
        enabled_cloudwatch_logs_exports = ["audit"]
      }
    EOT
  }

  example "a PostgreSQL cluster" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    unchanged = true
  }
}
