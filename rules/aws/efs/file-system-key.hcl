rule "aws/efs/file-system-key" {
  title    = "Encrypt a file system with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Files of many hosts meet in one file system. A customer managed key lets its
    owner log and end access to them without touching the hosts.
  EOT

  references = [
    "https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system",
  ]

  aliases {
    checkov   = ["CKV_AWS_184"]
    kics      = ["25d251f3-f348-4f95-845c-1090e41a615c"]
    terrascan = ["AC_AWS_0098"]
  }

  target {
    resource = "aws_efs_file_system"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encrypted" {
    value = true
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/efs/aws" {
    version = ">= 1.0"

    set "encrypted" {
      value   = true
      default = true
    }

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
    }
  }

  module "cloudposse/efs/aws" {
    version = ">= 0.20"

    set "encrypted" {
      value = true
    }

    set "kms_key_id" {
      value   = param.kms_key
      present = true
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

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_efs_file_system" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "main" {
        encrypted  = true
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_efs_file_system" "main" {
        encrypted = true
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "main" {
        encrypted  = true
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_efs_file_system" "main" {
        encrypted  = true
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_efs_file_system" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "main" {
        for_each = toset(var.names)

        encrypted  = true
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_efs_file_system" "main" {

      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/efs ~> 1.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/efs/aws"
        version = "~> 1.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/efs/aws"
        version = "~> 1.0"

        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "the published module cloudposse/efs 1.2.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "cloudposse/efs/aws"
        version = "1.2.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/efs/aws"
        version = "1.2.0"

        encrypted  = true
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
