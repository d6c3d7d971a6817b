rule "aws/rds/instance-log-exports" {
  title    = "Send a database's logs to CloudWatch"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A database's own logs tell of failed logins, errors and slow queries, but
    they stay on the instance for days at most and go with it. In CloudWatch
    they outlive both.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_129"]
    kics         = ["8d7f7b8c-6c7c-40f8-baa6-62006c6c7b56"]
    terrascan    = ["AC_AWS_0454"]
    prowler      = ["rds_instance_integration_cloudwatch_logs"]
    security_hub = ["RDS.9", "RDS.36"]
  }

  target {
    resource = "aws_db_instance"
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["postgresql", "upgrade"]
    present = true
    when    = target.engine == "postgres"
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["audit", "error", "general", "slowquery"]
    present = true
    when    = contains(["mysql", "mariadb"], target.engine)
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["alert", "audit", "listener", "trace"]
    present = true
    when    = startswith(target.engine, "oracle-")
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["agent", "error"]
    present = true
    when    = startswith(target.engine, "sqlserver-")
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "enabled_cloudwatch_logs_exports" {
      value   = ["postgresql", "upgrade"]
      present = true
      when    = target.engine == "postgres"
    }

    set "enabled_cloudwatch_logs_exports" {
      value   = ["audit", "error", "general", "slowquery"]
      present = true
      when    = contains(["mysql", "mariadb"], target.engine)
    }
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "enabled cloudwatch logs exports not mentioned" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "postgres"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "postgres"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["postgresql"]
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
        for_each                        = toset(var.names)
        identifier                      = each.key
        engine                          = "postgres"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
      }
    EOT
  }

  example "a MySQL database" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "mysql"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "mysql"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["audit", "error", "general", "slowquery"]
      }
    EOT
  }

  example "an Oracle database" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "oracle-ee"
        instance_class = "db.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "oracle-ee"
        instance_class                  = "db.m5.large"
        enabled_cloudwatch_logs_exports = ["alert", "audit", "listener", "trace"]
      }
    EOT
  }

  example "a SQL Server database" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-se"
        instance_class = "db.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "sqlserver-se"
        instance_class                  = "db.m5.large"
        enabled_cloudwatch_logs_exports = ["agent", "error"]
      }
    EOT
  }

  example "the engine is not said" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        instance_class = "db.t3.medium"
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/rds ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        engine = "postgres"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        engine                          = "postgres"
        enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
      }
    EOT
  }
}
