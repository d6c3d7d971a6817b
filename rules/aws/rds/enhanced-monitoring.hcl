rule "aws/rds/enhanced-monitoring" {
  title    = "Watch a database's operating system"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The plain metrics come from outside the machine. Only this shows which
    process takes the memory, the processor or the disk, be it the database or
    something that should not be there.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_118"]
    security_hub = ["RDS.6"]
    prowler      = ["rds_instance_enhanced_monitoring_enabled"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster_instance"]
  }

  param "seconds" {
    type        = "number"
    default     = 60
    description = "Seconds between two measurements: 1, 5, 10, 15, 30 or 60."
  }
  param "monitoring_role_arn" {
    type        = "expression"
    required    = true
    description = "Role that RDS assumes to write the measurements (it needs AmazonRDSEnhancedMonitoringRole): an ARN or a reference such as aws_iam_role.rds_monitoring.arn."
  }

  set "monitoring_interval" {
    value  = param.seconds
    one_of = [1, 5, 10, 15, 30, 60]
  }

  set "monitoring_role_arn" {
    value   = param.monitoring_role_arn
    present = true
  }

  applicability {
    level = "safe"
    cost  = "Measurements are stored as CloudWatch Logs and billed as such."
  }

  example "monitoring interval not mentioned" {
    params = { monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring" }

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_interval = 60
        monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring"
      }
    EOT
  }

  example "monitoring interval wrong in writing" {
    params = { monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring" }

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_role_arn = aws_iam_role.monitoring.arn
        monitoring_interval = 0 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_role_arn = aws_iam_role.monitoring.arn
        monitoring_interval = 60 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    params = { monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring" }

    before = <<-EOT
      variable "setting" {
        type    = number
        default = 0
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_role_arn = aws_iam_role.monitoring.arn
        monitoring_interval = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 60
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_role_arn = aws_iam_role.monitoring.arn
        monitoring_interval = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    params = { monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring" }

    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_role_arn = aws_iam_role.monitoring.arn
        monitoring_interval = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring" }

    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_role_arn = aws_iam_role.monitoring.arn
        monitoring_interval = 15
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring" }

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each       = toset(var.names)
        identifier     = each.key
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each            = toset(var.names)
        identifier          = each.key
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        monitoring_interval = 60
        monitoring_role_arn = "arn:aws:iam::111122223333:role/rds-monitoring"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    refused = true
  }
}
