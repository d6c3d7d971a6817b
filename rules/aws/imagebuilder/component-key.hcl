rule "aws/imagebuilder/component-key" {
  title    = "Encrypt an Image Builder component with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A component is the script that builds every image, credentials for package
    sources included. A customer managed key limits and logs who can read it.
  EOT

  references = [
    "https://docs.aws.amazon.com/imagebuilder/latest/userguide/data-protection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/imagebuilder_component",
  ]

  aliases {
    checkov = ["CKV_AWS_180"]
  }

  target {
    resource = "aws_imagebuilder_component"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the component; recipes refer to the new one from the next apply on."
    replacement = "Terraform creates the component anew; images that exist stay."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_imagebuilder_component" "main" {
        name     = "main"
        platform = "Linux"
        version  = "1.0.0"
      }
    EOT
    after  = <<-EOT
      resource "aws_imagebuilder_component" "main" {
        name       = "main"
        platform   = "Linux"
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        version    = "1.0.0"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_imagebuilder_component" "main" {
        name       = "main"
        platform   = "Linux"
        version    = "1.0.0"
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_imagebuilder_component" "main" {
        for_each = toset(var.names)
        name     = each.key
        platform = "Linux"
        version  = "1.0.0"
      }
    EOT
    after  = <<-EOT
      resource "aws_imagebuilder_component" "main" {
        for_each   = toset(var.names)
        name       = each.key
        platform   = "Linux"
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        version    = "1.0.0"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_imagebuilder_component" "main" {
        name     = "main"
        platform = "Linux"
        version  = "1.0.0"
      }
    EOT
    refused = true
  }
}
