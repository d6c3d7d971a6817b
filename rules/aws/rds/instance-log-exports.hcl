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

  # Without an engine, or with one that is not known here, logs are wanted too; which ones is not known, and the refusals say so.
  set "enabled_cloudwatch_logs_exports" {
    value   = ["postgresql", "upgrade"]
    present = true
    when    = target.engine == null || lower(target.engine) == "postgres" || !(contains(["mysql", "mariadb", "postgres"], lower(target.engine)) || startswith(lower(target.engine), "oracle-") || startswith(lower(target.engine), "sqlserver-") || startswith(lower(target.engine), "db2-"))
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["audit", "error", "general", "slowquery"]
    present = true
    when    = contains(["mysql", "mariadb"], lower(target.engine))
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["alert", "audit", "listener", "trace"]
    present = true
    when    = startswith(lower(target.engine), "oracle-")
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["agent", "error"]
    present = true
    when    = startswith(lower(target.engine), "sqlserver-") && lower(target.engine) != "sqlserver-ex"
  }

  # The Express Edition has no SQL Server Agent.
  set "enabled_cloudwatch_logs_exports" {
    value   = ["error"]
    present = true
    when    = lower(target.engine) == "sqlserver-ex"
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["diag.log", "notify.log"]
    present = true
    when    = startswith(lower(target.engine), "db2-")
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "enabled_cloudwatch_logs_exports" {
      value   = ["postgresql", "upgrade"]
      present = true
      when    = lower(target.engine) == "postgres"
    }

    set "enabled_cloudwatch_logs_exports" {
      value   = ["audit", "error", "general", "slowquery"]
      present = true
      when    = contains(["mysql", "mariadb"], lower(target.engine))
    }
  }

  refuse {
    when = target.engine == null
    note = "These files do not say which engine it is, and each engine has logs of its own: a replica or a restored snapshot has the engine of its source. Give `engine` a value here, or write the list of logs in `enabled_cloudwatch_logs_exports`."
  }

  refuse {
    when = target.engine != null && !(contains(["mysql", "mariadb", "postgres"], lower(target.engine)) || startswith(lower(target.engine), "oracle-") || startswith(lower(target.engine), "sqlserver-") || startswith(lower(target.engine), "db2-"))
    note = "The engine is not known here, or is none whose logs an instance sends: Aurora, Neptune and DocumentDB send those of their cluster, RDS Custom sends none. For another one, give `engine` a value that can be read here, or write the list of logs in `enabled_cloudwatch_logs_exports`."
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

  example "a Db2 database" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "db2-se"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "db2-se"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["diag.log", "notify.log"]
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

  example "SQL Server Express, which has no agent" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-ex"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "sqlserver-ex"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["error"]
      }
    EOT
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

  example "a replica, which has the engine of its source" {
    before  = <<-EOT
      resource "aws_db_instance" "replica" {
        identifier          = "orders-replica"
        replicate_source_db = aws_db_instance.orders.identifier
        instance_class      = "db.t3.medium"
      }
    EOT
    refused = true
  }

  example "an engine that callers choose" {
    before  = <<-EOT
      variable "engine" {
        type = string
      }

      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = var.engine
        instance_class = "db.t3.medium"
      }
    EOT
    refused = true
  }

  example "an engine whose cluster sends the logs" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "aurora-postgresql"
        instance_class = "db.t3.medium"
      }
    EOT
    refused = true
  }

  example "an engine in capitals, as the provider lets it stand" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        engine         = "MySQL"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        engine                          = "MySQL"
        instance_class                  = "db.t3.medium"
        enabled_cloudwatch_logs_exports = ["audit", "error", "general", "slowquery"]
      }
    EOT
  }
}
