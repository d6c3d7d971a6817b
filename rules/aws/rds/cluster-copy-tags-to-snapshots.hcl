rule "aws/rds/cluster-copy-tags-to-snapshots" {
  title    = "Copy a database cluster's tags to its snapshots"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Rules about access, cost and retention look at tags. Snapshots that carry
    the cluster's tags stay under the same rules as the cluster.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Tagging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_313"]
    security_hub = ["RDS.16"]
    prowler      = ["rds_cluster_copy_tags_to_snapshots"]
  }

  target {
    resource = "aws_rds_cluster"
  }

  set "copy_tags_to_snapshot" {
    value = true
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    set "copy_tags_to_snapshot" {
      value = true
    }
  }

  module "cloudposse/rds-cluster/aws" {
    version = ">= 0.26"

    set "copy_tags_to_snapshot" {
      value = true
    }
  }

  applicability {
    level = "safe"
  }

  example "copy tags to snapshot not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = true
      }
    EOT
  }

  example "copy tags to snapshot wrong in writing" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = true # decided in 2019
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
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier    = "orders"
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = true
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
        for_each              = toset(var.names)
        cluster_identifier    = each.key
        engine                = "aurora-postgresql"
        copy_tags_to_snapshot = true
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

        copy_tags_to_snapshot = true
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

        copy_tags_to_snapshot = true
      }
    EOT
  }
}
