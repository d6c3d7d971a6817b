rule "aws/appflow/flow-key" {
  title    = "Encrypt the data of an AppFlow flow with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A flow carries records between business systems and keeps them on the way. A
    customer managed key limits, logs and can end access to them.
  EOT

  references = [
    "https://docs.aws.amazon.com/appflow/latest/userguide/data-protection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/appflow_flow",
  ]

  aliases {
    checkov = ["CKV_AWS_263"]
  }

  target {
    resource = "aws_appflow_flow"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the flow; a run in progress is cut off."
    replacement = "The flow is created anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_appflow_flow" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_appflow_flow" "main" {
        name    = "main"
        kms_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_appflow_flow" "main" {
        name    = "main"
        kms_arn = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_appflow_flow" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_appflow_flow" "main" {
        for_each = toset(var.names)
        name     = each.key
        kms_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_appflow_flow" "main" {
        name = "main"
      }
    EOT
    refused = true
  }
}
