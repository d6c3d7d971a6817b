rule "aws/appflow/connector-profile-key" {
  title    = "Encrypt the credentials of an AppFlow connection with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A connection profile holds credentials for another company's service. A
    customer managed key limits and logs who can use them.
  EOT

  references = [
    "https://docs.aws.amazon.com/appflow/latest/userguide/data-protection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/appflow_connector_profile",
  ]

  aliases {
    checkov = ["CKV_AWS_264"]
  }

  target {
    resource = "aws_appflow_connector_profile"
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
    note        = "Terraform replaces the connection; it must be authorised again."
    replacement = "The connection is created anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_appflow_connector_profile" "main" {
        name            = "main"
        connector_type  = "Salesforce"
        connection_mode = "Public"
      }
    EOT
    after  = <<-EOT
      resource "aws_appflow_connector_profile" "main" {
        name            = "main"
        connector_type  = "Salesforce"
        connection_mode = "Public"
        kms_arn         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_appflow_connector_profile" "main" {
        name            = "main"
        connector_type  = "Salesforce"
        connection_mode = "Public"
        kms_arn         = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_appflow_connector_profile" "main" {
        for_each        = toset(var.names)
        name            = each.key
        connector_type  = "Salesforce"
        connection_mode = "Public"
      }
    EOT
    after  = <<-EOT
      resource "aws_appflow_connector_profile" "main" {
        for_each        = toset(var.names)
        name            = each.key
        connector_type  = "Salesforce"
        connection_mode = "Public"
        kms_arn         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_appflow_connector_profile" "main" {
        name            = "main"
        connector_type  = "Salesforce"
        connection_mode = "Public"
      }
    EOT
    refused = true
  }
}
