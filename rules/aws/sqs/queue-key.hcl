rule "aws/sqs/queue-key" {
  title    = "Encrypt a queue with a customer managed key instead of the managed one"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Whoever may read a queue may use the AWS managed key as well. A key of one's
    own can be withheld, and every use of it leaves a trace.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue",
  ]

  aliases {
    checkov = ["CKV2_AWS_73"]
    trivy   = ["AWS-0135"]
    tfsec   = ["aws-sqs-queue-encryption-use-cmk"]
  }

  target {
    resource = "aws_sqs_queue"
    when     = try(target.kms_master_key_id == "alias/aws/sqs", false)
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key: an id, an ARN or a reference such as aws_kms_key.queue.id."
  }

  set "kms_master_key_id" {
    value = param.kms_key
  }

  applicability {
    level     = "review"
    note      = "Senders and readers, services such as SNS, S3 and EventBridge among them, need permission to use the key."
    behaviour = "Whoever may not use the key can neither send nor read."
    cost      = "KMS bills the key and its requests."
  }

  example "the managed key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = "alias/aws/sqs" # for now
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" # for now
      }
    EOT
  }

  example "given by a variable" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      variable "queue_key" {
        type    = string
        default = "alias/aws/sqs"
      }

      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = var.queue_key
      }
    EOT
    after  = <<-EOT
      variable "queue_key" {
        type    = string
        default = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }

      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = var.queue_key
      }
    EOT
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        for_each          = toset(var.names)
        name              = each.key
        kms_master_key_id = "alias/aws/sqs"
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        for_each          = toset(var.names)
        name              = each.key
        kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has named the key" {
    before  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = "alias/aws/sqs"
      }
    EOT
    refused = true
  }

  example "a key of its own" {
    before    = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = aws_kms_key.queue.id
      }
    EOT
    unchanged = true
  }

  example "another kind of encryption" {
    before    = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = true
      }
    EOT
    unchanged = true
  }
}
