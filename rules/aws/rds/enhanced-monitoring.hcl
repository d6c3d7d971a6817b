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
    default     = null
    description = "Role that RDS assumes to write the measurements: an ARN or a reference. Null means a role of its own, written beside the database."
  }

  set "monitoring_interval" {
    value  = param.seconds
    one_of = [1, 5, 10, 15, 30, 60]
  }

  set "monitoring_role_arn" {
    value   = param.monitoring_role_arn
    present = true
    when    = param.monitoring_role_arn != null
  }

  companion "aws_iam_role" {
    referenced_by = "monitoring_role_arn"
    attribute     = "arn"
    name          = format("%s_monitoring", resource.name)
    when          = param.monitoring_role_arn == null

    body {
      assume_role_policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "monitoring.rds.amazonaws.com" }
        }]
      })
    }
  }

  companion "aws_iam_role_policy_attachment" {
    link            = "role"
    link_to         = "aws_iam_role"
    link_attributes = ["name"]
    name            = format("%s_monitoring", resource.name)
    when            = param.monitoring_role_arn == null

    body {
      policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    }
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "monitoring_interval" {
      value  = param.seconds
      one_of = [1, 5, 10, 15, 30, 60]
    }

    set "create_monitoring_role" {
      value = true
      when  = param.monitoring_role_arn == null && target.monitoring_role_arn == null
    }

    set "monitoring_role_arn" {
      value   = param.monitoring_role_arn
      present = true
      when    = param.monitoring_role_arn != null
    }
  }

  applicability {
    level = "safe"
    cost  = "Measurements are stored as CloudWatch Logs and billed as such."
  }

  example "monitoring interval not mentioned" {
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
        monitoring_role_arn = aws_iam_role.orders_monitoring.arn
      }

      resource "aws_iam_role_policy_attachment" "orders_monitoring" {
        role = aws_iam_role.orders_monitoring.name

        policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
      }

      resource "aws_iam_role" "orders_monitoring" {
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "monitoring.rds.amazonaws.com" }
          }]
        })
      }
    EOT
  }

  example "monitoring interval wrong in writing" {
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
        monitoring_role_arn = aws_iam_role.orders_monitoring[each.key].arn
      }

      resource "aws_iam_role_policy_attachment" "orders_monitoring" {
        for_each = toset(var.names)

        role = aws_iam_role.orders_monitoring[each.key].name

        policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
      }

      resource "aws_iam_role" "orders_monitoring" {
        for_each = toset(var.names)

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "monitoring.rds.amazonaws.com" }
          }]
        })
      }
    EOT
  }

  example "with the organisation's role" {
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

  example "the published module terraform-aws-modules/rds ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        monitoring_interval    = 60
        create_monitoring_role = true
      }
    EOT
  }
}
