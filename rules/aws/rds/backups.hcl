rule "aws/rds/backups" {
  title    = "Keep backups of a database"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A retention of zero switches automatic backups off and with them the way
    back to any moment in time. The next mistake is final.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_133"]
    trivy        = ["AWS-0077"]
    tfsec        = ["aws-rds-specify-backup-retention"]
    kics         = ["e542bd46-58c4-4e0f-a52a-1fb4f9548e02", "1dc73fb4-5b51-430c-8c5f-25dcf9090b02"]
    terrascan    = ["AC_AWS_0495"]
    snyk         = ["SNYK-CC-AWS-408"]
    prowler      = ["rds_instance_backup_enabled"]
    security_hub = ["RDS.11"]
  }

  target {
    resource = ["aws_rds_cluster", "aws_db_instance"]
  }

  param "days" {
    type        = "number"
    default     = 7
    description = "Days to keep automatic backups, 1 to 35."
  }

  set "backup_retention_period" {
    at_least = 1
    at_most  = 35
    value    = param.days
    default  = 1
  }

  refuse {
    when = target.replicate_source_db != null
    note = "This is a read replica, or may be; backups belong to its source."
  }

  applicability {
    level    = "review"
    note     = "Switching backups on restarts the instance briefly."
    cost     = "Backups beyond the size of the database are billed."
    downtime = "A short outage when backups are switched on."
  }

  example "backup retention period not mentioned" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    unchanged = true
  }

  example "backup retention period wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier              = "orders"
        engine                  = "postgres"
        instance_class          = "db.t3.medium"
        backup_retention_period = 0 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier              = "orders"
        engine                  = "postgres"
        instance_class          = "db.t3.medium"
        backup_retention_period = 7 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 0
      }

      resource "aws_db_instance" "orders" {
        identifier              = "orders"
        engine                  = "postgres"
        instance_class          = "db.t3.medium"
        backup_retention_period = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 7
      }

      resource "aws_db_instance" "orders" {
        identifier              = "orders"
        engine                  = "postgres"
        instance_class          = "db.t3.medium"
        backup_retention_period = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_db_instance" "orders" {
        identifier              = "orders"
        engine                  = "postgres"
        instance_class          = "db.t3.medium"
        backup_retention_period = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier              = "orders"
        engine                  = "postgres"
        instance_class          = "db.t3.medium"
        backup_retention_period = 14
      }
    EOT
    unchanged = true
  }

  example "a read replica without backups" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier              = "orders-replica"
        replicate_source_db     = aws_db_instance.orders.identifier
        instance_class          = "db.t3.medium"
        backup_retention_period = 0
      }
    EOT
    refused = true
  }
}
