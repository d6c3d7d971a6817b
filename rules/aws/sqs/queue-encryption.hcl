rule "aws/sqs/queue-encryption" {
  title    = "Encrypt the messages in an SQS queue"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Messages wait on disk until somebody reads them, for up to two weeks.
    Server-side encryption keeps them unreadable there, at no price and without
    a change to senders or receivers.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue",
  ]

  aliases {
    checkov      = ["CKV_AWS_27"]
    trivy        = ["AWS-0096"]
    tfsec        = ["aws-sqs-enable-queue-encryption"]
    kics         = ["6e8849c1-3aa7-40e3-9063-b85ee300f29f"]
    terrascan    = ["AC_AWS_0366"]
    security_hub = ["SQS.1"]
    prowler      = ["sqs_queues_server_side_encryption_enabled"]
  }

  target {
    resource = "aws_sqs_queue"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an id, an ARN or a reference such as aws_kms_key.queue.id. Null means keys that SQS manages."
  }

  remove "kms_master_key_id" {
    when = param.kms_key == null && target.kms_master_key_id == ""
  }

  set "sqs_managed_sse_enabled" {
    value = true
    when  = param.kms_key == null && (target.kms_master_key_id == null || target.kms_master_key_id == "")
  }

  # The provider takes one of the two arguments only, even where this one is false.
  remove "sqs_managed_sse_enabled" {
    when = param.kms_key != null && target.sqs_managed_sse_enabled == false
  }

  set "kms_master_key_id" {
    value   = param.kms_key
    present = true
    when    = param.kms_key != null && target.sqs_managed_sse_enabled != true
  }

  module "terraform-aws-modules/sqs/aws" {
    version = ">= 4.0"

    set "sqs_managed_sse_enabled" {
      value   = true
      default = true
      when    = param.kms_key == null && target.kms_master_key_id == null
    }

    # The module lets SQS encrypt unless told not to, and senders may lack permission to use another key.
    set "kms_master_key_id" {
      value   = param.kms_key
      present = true
      when    = param.kms_key != null && target.sqs_managed_sse_enabled == false
    }
  }

  applicability {
    level = "safe"

    lower "review" {
      when = param.kms_key != null
      note = "With a key of one's own senders and readers, services such as SNS, S3 and EventBridge among them, need permission to use it; whoever may not can neither send nor read."
    }
  }

  example "sqs managed sse enabled not mentioned" {
    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name = "orders"
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = true
      }
    EOT
  }

  example "sqs managed sse enabled wrong in writing" {
    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        for_each                = toset(var.names)
        name                    = each.key
        sqs_managed_sse_enabled = true
      }
    EOT
  }

  example "an empty key" {
    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = ""
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = true
      }
    EOT
  }

  example "a key of one's own" {
    before    = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = "alias/aws/sqs"
      }
    EOT
    unchanged = true
  }

  example "with the organisation's key" {
    params        = { kms_key = aws_kms_key.queue.id }
    applicability = "review"

    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name = "orders"
      }

      resource "aws_kms_key" "queue" {
        enable_key_rotation = true
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = aws_kms_key.queue.id
      }

      resource "aws_kms_key" "queue" {
        enable_key_rotation = true
      }
    EOT
  }

  example "with the organisation's key, encryption refused in writing" {
    params        = { kms_key = "alias/queues" }
    applicability = "review"

    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = false
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name              = "orders"
        kms_master_key_id = "alias/queues"
      }
    EOT
  }

  example "with the organisation's key, and managed keys already" {
    params = { kms_key = "alias/queues" }

    before    = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name                    = "orders"
        sqs_managed_sse_enabled = true
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/sqs ~> 4.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sqs/aws"
        version = "~> 4.0"

        sqs_managed_sse_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sqs/aws"
        version = "~> 4.0"

        sqs_managed_sse_enabled = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/sqs ~> 4.0, encrypted already" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sqs/aws"
        version = "~> 4.0"
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/sqs ~> 4.0 with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sqs/aws"
        version = "~> 4.0"

        sqs_managed_sse_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sqs/aws"
        version = "~> 4.0"

        sqs_managed_sse_enabled = false
        kms_master_key_id       = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
