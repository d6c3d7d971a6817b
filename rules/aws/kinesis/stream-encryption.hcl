rule "aws/kinesis/stream-encryption" {
  title    = "Encrypt the records in a stream"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Records stay in a stream for a day up to a year. Encryption keeps them
    unreadable on its disks.
  EOT

  references = [
    "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kinesis_stream",
  ]

  aliases {
    checkov      = ["CKV_AWS_43"]
    trivy        = ["AWS-0064"]
    tfsec        = ["aws-kinesis-enable-in-transit-encryption"]
    kics         = ["862fe4bf-3eec-4767-a517-40f378886b88"]
    terrascan    = ["AC_AWS_0157"]
    security_hub = ["Kinesis.1"]
    prowler      = ["kinesis_stream_encrypted_at_rest"]
  }

  target {
    resource = "aws_kinesis_stream"
  }

  param "kms_key" {
    type        = "expression"
    default     = "alias/aws/kinesis"
    description = "Key to encrypt with: an id, an ARN or a reference. The default is the AWS managed key."
  }

  set "encryption_type" {
    value = "KMS"
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "safe"
  }

  example "encryption type not mentioned" {
    before = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        encryption_type = "KMS"
        kms_key_id      = "alias/aws/kinesis"
      }
    EOT
  }

  example "encryption type wrong in writing" {
    before = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        kms_key_id      = "alias/aws/kinesis"
        encryption_type = "NONE" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        kms_key_id      = "alias/aws/kinesis"
        encryption_type = "KMS" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "NONE"
      }

      resource "aws_kinesis_stream" "main" {
        name            = "main"
        kms_key_id      = "alias/aws/kinesis"
        encryption_type = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "KMS"
      }

      resource "aws_kinesis_stream" "main" {
        name            = "main"
        kms_key_id      = "alias/aws/kinesis"
        encryption_type = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_kinesis_stream" "main" {
        name            = "main"
        kms_key_id      = "alias/aws/kinesis"
        encryption_type = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        kms_key_id      = "alias/aws/kinesis"
        encryption_type = "KMS"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_kinesis_stream" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_stream" "main" {
        for_each        = toset(var.names)
        name            = each.key
        encryption_type = "KMS"
        kms_key_id      = "alias/aws/kinesis"
      }
    EOT
  }
}
