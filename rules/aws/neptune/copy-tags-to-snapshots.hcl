rule "aws/neptune/copy-tags-to-snapshots" {
  title    = "Copy the tags of a Neptune cluster to its snapshots"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Snapshots hold the same data as the cluster. Without its tags nobody knows
    whose they are, and access rules by tag do not cover them.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/tagging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_362"]
    security_hub = ["Neptune.8"]
    prowler      = ["neptune_cluster_copy_tags_to_snapshots"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  set "copy_tags_to_snapshot" {
    value   = true
    default = false
  }

  applicability {
    level = "safe"
  }

  example "copy tags to snapshot not mentioned" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        copy_tags_to_snapshot = true

      }
    EOT
  }

  example "copy tags to snapshot wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        copy_tags_to_snapshot = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        copy_tags_to_snapshot = true # decided in 2019
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
        copy_tags_to_snapshot = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_neptune_cluster" "main" {
        copy_tags_to_snapshot = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_neptune_cluster" "main" {
        copy_tags_to_snapshot = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        copy_tags_to_snapshot = true
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

        copy_tags_to_snapshot = true
      }
    EOT
  }
}
