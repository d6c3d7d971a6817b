rule "aws/rds/cluster-backtrack" {
  title    = "Let a database cluster be wound back"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    After a bad migration the whole cluster can be wound back by minutes, in
    place, where a restore from backup takes hours and leaves a second cluster.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Managing.Backtrack.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_326"]
    security_hub = ["RDS.14"]
    prowler      = ["rds_cluster_backtrack_enabled"]
  }

  target {
    resource = "aws_rds_cluster"
    when     = target.engine == null || contains(["aurora", "aurora-mysql"], lower(target.engine))
  }

  param "seconds" {
    type        = "number"
    default     = 86400
    description = "How far back the cluster can be wound, in seconds; at most 259200 (three days)."
  }

  set "backtrack_window" {
    at_least = 1
    value    = param.seconds
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    set "backtrack_window" {
      value    = param.seconds
      at_least = 1
      when     = contains(["aurora", "aurora-mysql"], lower(target.engine))
    }
  }

  applicability {
    level = "disruptive"
    note  = "Backtrack can only be switched on when a cluster is created or restored; for an existing one AWS refuses the change."
    cost  = "Change records are billed by the hour."

    runbook = <<-EOT
      1. Take a snapshot and restore it into a new cluster with `backtrack_window` set.
      2. Point clients to the new cluster in an agreed window.
      3. Import the new cluster into the state of this configuration.
    EOT
  }

  example "backtrack window not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = 86400
      }
    EOT
  }

  example "backtrack window wrong in writing" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = 0 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = 86400 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 0
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 86400
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-mysql"
        backtrack_window   = 3600
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
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-mysql"
        backtrack_window   = 86400
      }
    EOT
  }

  example "an engine without it" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        engine = "aurora-mysql"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        engine           = "aurora-mysql"
        backtrack_window = 86400
      }
    EOT
  }
}
