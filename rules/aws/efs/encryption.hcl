rule "aws/efs/encryption" {
  title    = "Encrypt a file system"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Files of many hosts meet in one file system and in its backups. Encryption
    keeps them unreadable outside it, and can only be asked for when it is
    created.
  EOT

  references = [
    "https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system",
  ]

  aliases {
    checkov      = ["CKV_AWS_42"]
    trivy        = ["AWS-0037"]
    tfsec        = ["aws-efs-enable-at-rest-encryption"]
    kics         = ["48207659-729f-4b5c-9402-f884257d794f"]
    terrascan    = ["AC_AWS_0097"]
    security_hub = ["EFS.1", "EFS.8"]
    prowler      = ["efs_encryption_at_rest_enabled"]
    cis_aws      = ["5.0.0/2.3.1", "3.0.0/2.4.1"]
  }

  target {
    resource = "aws_efs_file_system"
  }

  set "encrypted" {
    value = true
  }

  module "terraform-aws-modules/efs/aws" {
    version = ">= 1.0"

    set "encrypted" {
      value   = true
      default = true
    }
  }

  module "cloudposse/efs/aws" {
    version = ">= 0.20"

    set "encrypted" {
      value = true
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the file system with an empty one."
    replacement = true
    data_loss   = true
    downtime    = "Until the files are copied and the mounts are switched."

    runbook = <<-EOT
      1. Create the new file system beside the old one first, for instance on a branch with a second resource.
      2. Copy the files with AWS DataSync or from a backup; repeat for what changed meanwhile.
      3. Switch the mounts, check, then remove the old file system.
    EOT
  }

  example "encrypted not mentioned" {
    before = <<-EOT
      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = true
      }
    EOT
  }

  example "encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_efs_file_system" "main" {
        performance_mode = "generalPurpose"
        encrypted        = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_efs_file_system" "main" {
        for_each         = toset(var.names)
        performance_mode = "generalPurpose"
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "main" {
        for_each         = toset(var.names)
        performance_mode = "generalPurpose"
        encrypted        = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/efs ~> 1.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/efs/aws"
        version = "~> 1.0"

        encrypted = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/efs/aws"
        version = "~> 1.0"

        encrypted = true
      }
    EOT
  }

  example "the published module cloudposse/efs 1.2.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/efs/aws"
        version = "1.2.0"

        encrypted = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/efs/aws"
        version = "1.2.0"

        encrypted = true
      }
    EOT
  }
}
