rule "aws/rds/cluster-deletion-protection" {
  title    = "Protect a database cluster from deletion"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Deleting a cluster takes all its instances and, after the retention, its
    backups. Protection keeps a mistake or a stolen role from doing that in one
    call.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_139"]
    security_hub = ["RDS.7"]
    prowler      = ["rds_cluster_deletion_protection"]
    trivy        = ["AWS-0343"]
  }

  target {
    resource = "aws_rds_cluster"
  }

  set "deletion_protection" {
    value = true
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    set "deletion_protection" {
      value = true
    }
  }

  module "cloudposse/rds-cluster/aws" {
    version = ">= 0.26"

    set "deletion_protection" {
      value = true
    }
  }

  applicability {
    level     = "safe"
    behaviour = "Terraform refuses to destroy or replace the cluster until the protection is taken off."
  }

  example "deletion protection not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = true
      }
    EOT
  }

  example "deletion protection wrong in writing" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = true # decided in 2019
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
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        deletion_protection = true
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
        for_each            = toset(var.names)
        cluster_identifier  = each.key
        engine              = "aurora-postgresql"
        deletion_protection = true
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

        deletion_protection = true
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

        deletion_protection = true
      }
    EOT
  }
}
