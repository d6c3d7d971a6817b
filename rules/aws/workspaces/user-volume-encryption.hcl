rule "aws/workspaces/user-volume-encryption" {
  title    = "Encrypt the user volume of a WorkSpace"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The user volume holds the documents of a person, and its snapshots hold them
    too.
  EOT

  references = [
    "https://docs.aws.amazon.com/workspaces/latest/adminguide/encrypt-workspaces.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/workspaces_workspace",
  ]

  aliases {
    checkov      = ["CKV_AWS_155"]
    terrascan    = ["AC_AWS_0504"]
    security_hub = ["WorkSpaces.1"]
  }

  target {
    resource = "aws_workspaces_workspace"
  }

  set "user_volume_encryption_enabled" {
    value   = true
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform replaces the WorkSpace; what is on its volumes is lost."
    replacement = true
    data_loss   = true

    runbook = <<-EOT
      1. Tell the user; save what is on the desktop to a shared drive.
      2. Apply outside working hours; the user gets a new desktop.
      3. See that the user can log in and finds the saved files.
    EOT
  }

  example "user volume encryption enabled not mentioned" {
    before = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        bundle_id    = var.bundle_id
        directory_id = var.directory_id
        user_name    = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = true
      }
    EOT
  }

  example "user volume encryption enabled wrong in writing" {
    before = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        for_each     = toset(var.names)
        bundle_id    = var.bundle_id
        directory_id = var.directory_id
        user_name    = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_workspaces_workspace" "main" {
        for_each                       = toset(var.names)
        bundle_id                      = var.bundle_id
        directory_id                   = var.directory_id
        user_name                      = "main"
        user_volume_encryption_enabled = true
      }
    EOT
  }
}
