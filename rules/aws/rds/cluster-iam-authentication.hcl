rule "aws/rds/cluster-iam-authentication" {
  title    = "Let users of a database cluster sign in with IAM"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Tokens that expire after fifteen minutes take the place of a password that
    is copied around for years, and who may get one is a matter of IAM like
    everything else.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_162"]
    security_hub = ["RDS.12"]
    prowler      = ["rds_cluster_iam_authentication_enabled"]
  }

  target {
    resource = "aws_rds_cluster"
  }

  set "iam_database_authentication_enabled" {
    value = true
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    set "iam_database_authentication_enabled" {
      value = true
    }
  }

  module "cloudposse/rds-cluster/aws" {
    version = ">= 0.26"

    set "iam_database_authentication_enabled" {
      value = true
    }
  }

  applicability {
    level     = "safe"
    behaviour = "Passwords go on working; users who are to sign in with IAM must be granted that in the database."
  }

  example "iam database authentication enabled not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = true
      }
    EOT
  }

  example "iam database authentication enabled wrong in writing" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier                  = "orders"
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = true
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
        for_each                            = toset(var.names)
        cluster_identifier                  = each.key
        engine                              = "aurora-postgresql"
        iam_database_authentication_enabled = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        iam_database_authentication_enabled = true
      }
    EOT
  }

  example "the published module cloudposse/rds-cluster 1.11.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"

        iam_database_authentication_enabled = true
      }
    EOT
  }
}
