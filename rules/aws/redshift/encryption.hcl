rule "aws/redshift/encryption" {
  title    = "Encrypt a Redshift cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A warehouse gathers what many systems hold, and its snapshots are copied.
    Encryption covers the nodes' disks, the backups and the copies.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_64"]
    kics         = ["cfdcabb0-fc06-427c-865b-c59f13e898ce"]
    terrascan    = ["AC_AWS_0198"]
    security_hub = ["Redshift.10"]
    prowler      = ["redshift_cluster_encrypted_at_rest"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  set "encrypted" {
    value = true
  }

  module "terraform-aws-modules/redshift/aws" {
    version = ">= 4.0"

    set "encrypted" {
      value = true
    }
  }

  applicability {
    level    = "disruptive"
    note     = "Redshift moves the data to an encrypted cluster and is read only meanwhile."
    downtime = "Writes fail while the data is moved; this grows with the size of the cluster."

    runbook = <<-EOT
      1. Agree on a window without loads; take a manual snapshot.
      2. Apply, wait until the cluster is available again, start the loads.
    EOT
  }

  example "encrypted not mentioned" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = true
      }
    EOT
  }

  example "encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = true # decided in 2019
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
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        encrypted          = true
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
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = "ra3.large"
        encrypted          = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/redshift ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        encrypted = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        encrypted = true
      }
    EOT
  }
}
