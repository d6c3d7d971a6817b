rule "aws/cloudtrail/event-data-store-key" {
  title    = "Encrypt a CloudTrail Lake event data store with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The store holds years of account activity in one place. A customer managed
    key lets its owner decide and log who can query it.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail_event_data_store",
  ]

  aliases {
    checkov = ["CKV_AWS_294"]
  }

  target {
    resource = "aws_cloudtrail_event_data_store"
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
    level       = "disruptive"
    note        = "Terraform may plan to replace the event data store; a new one starts without the events of the old."
    replacement = true
    data_loss   = "Events of the old store stay queryable only until its deletion is final."

    runbook = <<-EOT
      1. Look at the plan: if it replaces the store, keep the old one under another name until its retention has run out.
      2. Apply, and point saved queries and dashboards to the new store.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudtrail_event_data_store" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail_event_data_store" "main" {
        name       = "main"
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_cloudtrail_event_data_store" "main" {
        name       = "main"
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudtrail_event_data_store" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail_event_data_store" "main" {
        for_each   = toset(var.names)
        name       = each.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_cloudtrail_event_data_store" "main" {
        name = "main"
      }
    EOT
    refused = true
  }
}
