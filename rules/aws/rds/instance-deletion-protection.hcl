rule "aws/rds/instance-deletion-protection" {
  title    = "Protect a database instance from deletion"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A wrong plan or a stolen role deletes a database in one call. With
    protection on, deletion is a decision of two steps that leaves a trace.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_293"]
    trivy        = ["AWS-0177"]
    tfsec        = ["aws-rds-enable-deletion-protection"]
    security_hub = ["RDS.8"]
    prowler      = ["rds_instance_deletion_protection"]
  }

  target {
    resource = "aws_db_instance"
  }

  set "deletion_protection" {
    value = true
  }

  module "terraform-aws-modules/rds/aws" {
    set "deletion_protection" {
      value = true
    }
  }

  applicability {
    level     = "safe"
    behaviour = "Terraform refuses to destroy or replace the instance until the protection is taken off."
  }

  example "deletion protection not mentioned" {
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
        deletion_protection = true
      }
    EOT
  }

  example "deletion protection wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        deletion_protection = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
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

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        deletion_protection = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        deletion_protection = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        engine              = "postgres"
        instance_class      = "db.t3.medium"
        deletion_protection = var.setting
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
        deletion_protection = true
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
        deletion_protection = true
      }
    EOT
  }

  example "the published module rds" {
    before = <<-EOT
      module "main" {
        source = "terraform-aws-modules/rds/aws"

        deletion_protection = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source = "terraform-aws-modules/rds/aws"

        deletion_protection = true
      }
    EOT
  }
}
