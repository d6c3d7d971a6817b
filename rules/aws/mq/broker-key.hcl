rule "aws/mq/broker-key" {
  title    = "Encrypt a message broker with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Messages stay on the broker's disk until somebody reads them. A customer
    managed key lets the owner log and end access to that store.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/data-protection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mq_broker",
  ]

  aliases {
    checkov = ["CKV_AWS_209"]
    kics    = ["3db3f534-e3a3-487f-88c7-0a9fbf64b702"]
  }

  target {
    resource = "aws_mq_broker"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "encryption_options" {
    body {
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
      }
      use_aws_owned_key = false
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the broker; messages in its queues are lost."
    replacement = true
    data_loss   = "Messages that no consumer has read."
    downtime    = "Until the new broker runs and clients have its endpoints."

    runbook = <<-EOT
      1. Stop producers and let consumers empty the queues.
      2. Apply.
      3. Give clients the new endpoints, then start consumers and producers.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        encryption_options {
          kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          use_aws_owned_key = false
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        encryption_options {
          use_aws_owned_key = false
          kms_key_id        = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_mq_broker" "main" {
        for_each           = toset(var.names)
        broker_name        = each.key
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        for_each           = toset(var.names)
        broker_name        = each.key
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        encryption_options {
          kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          use_aws_owned_key = false
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"
      }
    EOT
    refused = true
  }
}
