rule "aws/redshift/enhanced-vpc-routing" {
  title    = "Keep Redshift's loads and unloads inside the VPC"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without it COPY and UNLOAD travel outside the VPC, past its security groups,
    endpoint policies and flow logs. With it they obey and appear in all three.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/enhanced-vpc-routing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_321"]
    security_hub = ["Redshift.7"]
    prowler      = ["redshift_cluster_enhanced_vpc_routing"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  set "enhanced_vpc_routing" {
    value = true
  }

  module "terraform-aws-modules/redshift/aws" {
    version = ">= 4.0"

    set "enhanced_vpc_routing" {
      value = true
    }
  }

  applicability {
    level    = "review"
    note     = "COPY and UNLOAD need a route to S3 inside the VPC from then on (a gateway endpoint or NAT), or they fail."
    downtime = "The cluster restarts for the change."
  }

  example "enhanced vpc routing not mentioned" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = true
      }
    EOT
  }

  example "enhanced vpc routing wrong in writing" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier   = "warehouse"
        node_type            = "ra3.large"
        enhanced_vpc_routing = true
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
        for_each             = toset(var.names)
        cluster_identifier   = each.key
        node_type            = "ra3.large"
        enhanced_vpc_routing = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/redshift ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        enhanced_vpc_routing = true
      }
    EOT
  }
}
