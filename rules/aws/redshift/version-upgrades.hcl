rule "aws/redshift/version-upgrades" {
  title    = "Take Redshift's upgrades automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Upgrades carry security fixes for the engine. A cluster that refuses them
    runs with known holes until somebody remembers.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/cluster-versions.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_141"]
    security_hub = ["Redshift.6"]
    prowler      = ["redshift_cluster_automatic_upgrades"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  set "allow_version_upgrade" {
    value   = true
    default = true
  }

  module "terraform-aws-modules/redshift/aws" {
    version = ">= 4.0"

    set "allow_version_upgrade" {
      value   = true
      default = true
    }
  }

  applicability {
    level = "review"
    note  = "Upgrades come in the maintenance window with a short restart."
  }

  example "allow version upgrade not mentioned" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    unchanged = true
  }

  example "allow version upgrade wrong in writing" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier    = "warehouse"
        node_type             = "ra3.large"
        allow_version_upgrade = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier    = "warehouse"
        node_type             = "ra3.large"
        allow_version_upgrade = true # decided in 2019
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
        cluster_identifier    = "warehouse"
        node_type             = "ra3.large"
        allow_version_upgrade = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier    = "warehouse"
        node_type             = "ra3.large"
        allow_version_upgrade = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier    = "warehouse"
        node_type             = "ra3.large"
        allow_version_upgrade = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier    = "warehouse"
        node_type             = "ra3.large"
        allow_version_upgrade = true
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/redshift ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        allow_version_upgrade = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        allow_version_upgrade = true
      }
    EOT
  }
}
