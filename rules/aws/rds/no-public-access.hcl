rule "aws/rds/no-public-access" {
  title    = "Keep a database off the public internet"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A publicly accessible instance gets a public address and a DNS name that
    resolves to it, so that one security group rule is all that stands between
    the database and the whole world.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html#USER_VPC.Hiding",
  ]

  aliases {
    checkov      = ["CKV_AWS_17"]
    trivy        = ["AWS-0180"]
    tfsec        = ["aws-rds-no-public-db-access", "aws-rds-enable-public-access"]
    kics         = ["35113e6f-2c6b-414d-beec-7a9482d3b2d1"]
    terrascan    = ["AC_AWS_0054"]
    security_hub = ["RDS.2"]
    prowler      = ["rds_instance_no_public_access"]
    cis_aws      = ["5.0.0/2.2.3", "3.0.0/2.3.3"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster_instance"]
  }

  set "publicly_accessible" {
    value   = false
    default = false
  }

  module "terraform-aws-modules/rds/aws" {
    set "publicly_accessible" {
      value   = false
      default = false
    }
  }

  module "cloudposse/rds/aws" {
    version = ">= 0.20"

    set "publicly_accessible" {
      value   = false
      default = false
    }
  }

  applicability {
    level     = "review"
    note      = "Clients outside the VPC lose their connection; they need a VPN, a peering or a bastion host."
    behaviour = "The DNS name resolves to the private address from then on."
  }

  example "publicly accessible not mentioned" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        instance_class = "db.t3.medium"
      }
    EOT
    unchanged = true
  }

  example "publicly accessible wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        instance_class      = "db.t3.medium"
        publicly_accessible = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        instance_class      = "db.t3.medium"
        publicly_accessible = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        instance_class      = "db.t3.medium"
        publicly_accessible = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        instance_class      = "db.t3.medium"
        publicly_accessible = var.setting
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
        instance_class      = "db.t3.medium"
        publicly_accessible = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier          = "orders"
        instance_class      = "db.t3.medium"
        publicly_accessible = false
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each       = toset(var.names)
        identifier     = "orders"
        instance_class = "db.t3.medium"
      }
    EOT
    unchanged = true
  }

  example "the published module" {
    before = <<-EOT
      module "orders" {
        source = "terraform-aws-modules/rds/aws"

        publicly_accessible = true
      }
    EOT
    after  = <<-EOT
      module "orders" {
        source = "terraform-aws-modules/rds/aws"

        publicly_accessible = false
      }
    EOT
  }

  example "the published module cloudposse/rds 1.1.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        publicly_accessible = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        publicly_accessible = false
      }
    EOT
  }
}
