rule "aws/rds/copy-tags-to-snapshots" {
  title    = "Copy a database's tags to its snapshots"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Tags say who owns data and how sensitive it is, and access rules build on
    them. A snapshot without them falls out of those rules although it holds the
    same data.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV2_AWS_60"]
    security_hub = ["RDS.17"]
    prowler      = ["rds_instance_copy_tags_to_snapshots"]
  }

  target {
    resource = "aws_db_instance"
  }

  set "copy_tags_to_snapshot" {
    value = true
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "copy_tags_to_snapshot" {
      value = true
    }
  }

  module "cloudposse/rds/aws" {
    version = ">= 0.20"

    set "copy_tags_to_snapshot" {
      value   = true
      default = true
    }
  }

  applicability {
    level = "safe"
  }

  example "copy tags to snapshot not mentioned" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = true
      }
    EOT
  }

  example "copy tags to snapshot wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
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

      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier            = "orders"
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = true
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
        for_each              = toset(var.names)
        identifier            = each.key
        engine                = "postgres"
        instance_class        = "db.t3.medium"
        copy_tags_to_snapshot = true
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

        copy_tags_to_snapshot = true
      }
    EOT
  }

  example "the published module cloudposse/rds 1.1.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        copy_tags_to_snapshot = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        copy_tags_to_snapshot = true
      }
    EOT
  }
}
