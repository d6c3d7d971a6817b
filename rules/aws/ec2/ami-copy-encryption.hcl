rule "aws/ec2/ami-copy-encryption" {
  title    = "Encrypt a copied machine image"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A machine image is a whole file system that can be shared with a click.
    Encryption keeps a copy in the wrong account shut.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ami_copy",
  ]

  aliases {
    checkov = ["CKV_AWS_235"]
  }

  target {
    resource = "aws_ami_copy"
  }

  set "encrypted" {
    value = true
  }

  applicability {
    level       = "review"
    note        = "Terraform makes a new copy; instances that run stay on the old one."
    replacement = "The copy is deregistered and made anew under another id."
  }

  example "encrypted not mentioned" {
    before = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
      }
    EOT
    after  = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true
      }
    EOT
  }

  example "encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_ami_copy" "main" {
        for_each          = toset(var.names)
        name              = each.key
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
      }
    EOT
    after  = <<-EOT
      resource "aws_ami_copy" "main" {
        for_each          = toset(var.names)
        name              = each.key
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true
      }
    EOT
  }
}
