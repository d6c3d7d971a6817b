rule "aws/redshift/no-public-access" {
  title    = "Keep a Redshift cluster off the public internet"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public warehouse is guarded by one password and a security group. Inside
    the VPC it cannot even be reached by those who have neither.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_87"]
    kics         = ["af173fde-95ea-4584-b904-bb3923ac4bda"]
    terrascan    = ["AC_AWS_0199"]
    security_hub = ["Redshift.1"]
    prowler      = ["redshift_cluster_public_access"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  set "publicly_accessible" {
    value = false
  }

  module "terraform-aws-modules/redshift/aws" {
    version = ">= 4.0"

    set "publicly_accessible" {
      value   = false
      default = false
    }
  }

  applicability {
    level = "review"
    note  = "Clients outside the VPC lose their connection; they need a VPN, a peering or a bastion host."
  }

  example "publicly accessible not mentioned" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
        publicly_accessible = false
      }
    EOT
  }

  example "publicly accessible wrong in writing" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
        publicly_accessible = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
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

      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
        publicly_accessible = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
        publicly_accessible = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
        publicly_accessible = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier  = "warehouse"
        node_type           = "ra3.large"
        publicly_accessible = false
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        for_each            = toset(var.names)
        cluster_identifier  = each.key
        node_type           = "ra3.large"
        publicly_accessible = false
      }
    EOT
  }

  example "the published module terraform-aws-modules/redshift ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        publicly_accessible = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        publicly_accessible = false
      }
    EOT
  }
}
