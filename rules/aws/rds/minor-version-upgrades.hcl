rule "aws/rds/minor-version-upgrades" {
  title    = "Take a database's minor upgrades automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Minor versions are security fixes. Left to people they wait for months;
    taken automatically they are in within weeks of their release.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_226"]
    kics         = ["3b6d777b-76e3-4133-80a3-0d6f667ade7f"]
    terrascan    = ["AC_AWS_0056"]
    security_hub = ["RDS.13"]
    prowler      = ["rds_instance_minor_version_upgrade_enabled"]
    cis_aws      = ["5.0.0/2.2.2", "3.0.0/2.3.2"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster_instance"]
  }

  set "auto_minor_version_upgrade" {
    value = true
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "auto_minor_version_upgrade" {
      value   = true
      default = true
    }
  }

  module "cloudposse/rds/aws" {
    version = ">= 0.20"

    set "auto_minor_version_upgrade" {
      value   = true
      default = true
    }
  }

  applicability {
    level    = "review"
    note     = "Upgrades come in the maintenance window with a short restart."
    downtime = "A restart in the maintenance window when there is an upgrade."
  }

  example "auto minor version upgrade not mentioned" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = true
      }
    EOT
  }

  example "auto minor version upgrade wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = true # decided in 2019
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
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_db_instance" "orders" {
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                 = "orders"
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = true
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
        for_each                   = toset(var.names)
        identifier                 = each.key
        engine                     = "postgres"
        instance_class             = "db.t3.medium"
        auto_minor_version_upgrade = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        auto_minor_version_upgrade = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        auto_minor_version_upgrade = true
      }
    EOT
  }

  example "the published module cloudposse/rds 1.1.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        auto_minor_version_upgrade = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        auto_minor_version_upgrade = true
      }
    EOT
  }
}
