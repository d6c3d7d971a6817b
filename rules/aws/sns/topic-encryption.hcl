rule "aws/sns/topic-encryption" {
  title    = "Encrypt the messages of an SNS topic"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Messages wait in the topic until every subscriber has them. Encryption keeps
    them unreadable in that store.
  EOT

  references = [
    "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic",
  ]

  aliases {
    checkov      = ["CKV_AWS_26"]
    trivy        = ["AWS-0095"]
    tfsec        = ["aws-sns-enable-topic-encryption"]
    kics         = ["28545147-2fc6-42d5-a1f9-cf226658e591"]
    terrascan    = ["AC_AWS_0502"]
    security_hub = ["SNS.1"]
    prowler      = ["sns_topics_kms_encryption_at_rest_enabled"]
  }

  target {
    resource = "aws_sns_topic"
  }

  param "kms_key" {
    type        = "expression"
    default     = "alias/aws/sns"
    description = "Key to encrypt with: an id, an ARN or a reference such as aws_kms_key.topic.id. The default is the AWS managed key."
  }

  set "kms_master_key_id" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/sns/aws" {
    version = ">= 3.0"

    set "kms_master_key_id" {
      value   = param.kms_key
      present = true
    }
  }

  module "cloudposse/sns-topic/aws" {
    version = ">= 0.20"

    set "encryption_enabled" {
      value   = true
      default = true
    }
  }

  applicability {
    level = "review"
    note  = "AWS services that publish to the topic (S3 events, CloudWatch alarms, EventBridge) cannot use the AWS managed key; they need a customer managed key whose policy names them."
  }

  example "kms master key id not mentioned" {
    before = <<-EOT
      resource "aws_sns_topic" "main" {
        name = "orders"
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = "alias/aws/sns"
      }
    EOT
  }

  example "kms master key id wrong in writing" {
    before = <<-EOT
      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = "" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = "alias/aws/sns" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = ""
      }

      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "alias/aws/sns"
      }

      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = var.setting
      }
    EOT
  }

  example "given by whoever uses the module" {
    before    = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = var.setting
      }
    EOT
    unchanged = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sns_topic" "main" {
        name              = "orders"
        kms_master_key_id = aws_kms_key.topic.id
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sns_topic" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic" "main" {
        for_each          = toset(var.names)
        name              = each.key
        kms_master_key_id = "alias/aws/sns"
      }
    EOT
  }

  example "the published module terraform-aws-modules/sns ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sns/aws"
        version = "~> 6.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/sns/aws"
        version = "~> 6.0"

        kms_master_key_id = "alias/aws/sns"
      }
    EOT
  }

  example "the published module cloudposse/sns-topic 0.21.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/sns-topic/aws"
        version = "0.21.0"

        encryption_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/sns-topic/aws"
        version = "0.21.0"

        encryption_enabled = true
      }
    EOT
  }
}
