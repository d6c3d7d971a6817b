rule "aws/ec2/ami-copy-key" {
  title    = "Encrypt a copied machine image with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A machine image is a whole file system that can be shared with a click.
    Encrypted with a customer managed key it opens only where the owner allows
    it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ami_copy",
  ]

  aliases {
    checkov = ["CKV_AWS_236"]
  }

  target {
    resource = "aws_ami_copy"
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

  applicability {
    level       = "review"
    note        = "Terraform makes a new copy; instances that run stay on the old one."
    replacement = "The copy is deregistered and made anew under another id."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true
      }
    EOT
    after  = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
        encrypted         = true
        kms_key_id        = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_ami_copy" "main" {
        name              = "main"
        source_ami_id     = var.ami
        source_ami_region = "eu-west-1"
      }
    EOT
    refused = true
  }
}
