rule "aws/rds/cluster-log-exports" {
  title    = "Send a database cluster's logs to CloudWatch"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A cluster's logs tell of failed logins, errors and slow queries, but they go
    with its instances. In CloudWatch they stay, can be searched and can raise
    alarms.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_324"]
    prowler      = ["rds_cluster_integration_cloudwatch_logs"]
    security_hub = ["RDS.37"]
  }

  target {
    resource = "aws_rds_cluster"
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["postgresql"]
    present = true
    when    = contains(["aurora-postgresql", "postgres"], lower(target.engine))
  }

  set "enabled_cloudwatch_logs_exports" {
    value   = ["audit", "error", "general", "slowquery"]
    present = true
    when    = target.engine == null || contains(["aurora", "aurora-mysql", "mysql"], lower(target.engine))
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    set "enabled_cloudwatch_logs_exports" {
      value   = ["postgresql"]
      present = true
      when    = contains(["aurora-postgresql", "postgres"], lower(target.engine))
    }

    set "enabled_cloudwatch_logs_exports" {
      value   = ["audit", "error", "general", "slowquery"]
      present = true
      when    = contains(["aurora", "aurora-mysql", "mysql"], lower(target.engine))
    }
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "enabled cloudwatch logs exports not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-postgresql"
        enabled_cloudwatch_logs_exports = ["postgresql"]
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        engine                          = "aurora-postgresql"
        enabled_cloudwatch_logs_exports = ["postgresql"]
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        for_each                        = toset(var.names)
        cluster_identifier              = each.key
        engine                          = "aurora-postgresql"
        enabled_cloudwatch_logs_exports = ["postgresql"]
      }
    EOT
  }

  example "a MySQL cluster" {
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
        enabled_cloudwatch_logs_exports = ["audit", "error", "general", "slowquery"]
      }
    EOT
  }

  example "the engine is not said, which older providers took for MySQL" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier              = "orders"
        enabled_cloudwatch_logs_exports = ["audit", "error", "general", "slowquery"]
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        engine = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        engine                          = "aurora-postgresql"
        enabled_cloudwatch_logs_exports = ["postgresql"]
      }
    EOT
  }
}
