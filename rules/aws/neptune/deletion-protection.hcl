rule "aws/neptune/deletion-protection" {
  title    = "Protect a Neptune cluster against deletion"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    One wrong destroy, or one stolen key, deletes the cluster with all its data.
    Protection makes that two deliberate steps.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/manage-console-instances-delete.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov      = ["CKV2_AWS_58"]
    security_hub = ["Neptune.4"]
    prowler      = ["neptune_cluster_deletion_protection"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  set "deletion_protection" {
    value   = true
    default = false
  }

  applicability {
    level = "safe"
  }

  example "deletion protection not mentioned" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        deletion_protection = true

      }
    EOT
  }

  example "deletion protection wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        deletion_protection = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
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

      resource "aws_neptune_cluster" "main" {
        deletion_protection = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_neptune_cluster" "main" {
        deletion_protection = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_neptune_cluster" "main" {
        deletion_protection = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        deletion_protection = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each = toset(var.names)

        deletion_protection = true
      }
    EOT
  }
}
