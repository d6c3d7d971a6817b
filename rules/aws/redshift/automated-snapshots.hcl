rule "aws/redshift/automated-snapshots" {
  title    = "Keep automated snapshots of a Redshift cluster"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a retention of zero there is no automatic snapshot at all, and the
    first bad load is final.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_343"]
    security_hub = ["Redshift.3"]
    prowler      = ["redshift_cluster_automated_snapshot"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  param "days" {
    type        = "number"
    default     = 7
    description = "Days to keep automated snapshots, 1 to 35."
  }

  set "automated_snapshot_retention_period" {
    at_least = 1
    value    = param.days
    default  = 1
  }

  applicability {
    level = "safe"
    cost  = "Snapshots beyond the cluster's own size are billed."
  }

  example "automated snapshot retention period not mentioned" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    unchanged = true
  }

  example "automated snapshot retention period wrong in writing" {
    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier                  = "warehouse"
        node_type                           = "ra3.large"
        automated_snapshot_retention_period = 0 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier                  = "warehouse"
        node_type                           = "ra3.large"
        automated_snapshot_retention_period = 7 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 0
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier                  = "warehouse"
        node_type                           = "ra3.large"
        automated_snapshot_retention_period = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 7
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier                  = "warehouse"
        node_type                           = "ra3.large"
        automated_snapshot_retention_period = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_redshift_cluster" "main" {
        cluster_identifier                  = "warehouse"
        node_type                           = "ra3.large"
        automated_snapshot_retention_period = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier                  = "warehouse"
        node_type                           = "ra3.large"
        automated_snapshot_retention_period = 7
      }
    EOT
    unchanged = true
  }
}
