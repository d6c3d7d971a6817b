rule "aws/firehose/delivery-stream-encryption" {
  title    = "Encrypt what a delivery stream holds"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Until it is delivered the stream keeps what it was sent, for up to a day.
    Encryption costs nothing and changes nothing for senders.
  EOT

  references = [
    "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kinesis_firehose_delivery_stream",
  ]

  aliases {
    checkov      = ["CKV_AWS_240"]
    kics         = ["5c6dd5e7-1fe0-4cae-8f81-4c122717cef3"]
    terrascan    = ["AC_AWS_0156"]
    security_hub = ["DataFirehose.1"]
    prowler      = ["firehose_stream_encrypted_at_rest"]
  }

  target {
    resource = "aws_kinesis_firehose_delivery_stream"
  }

  set "server_side_encryption.enabled" {
    value = true
  }

  refuse {
    when = target.kinesis_source_configuration != null
    note = "The stream reads from a Kinesis data stream, or may, and then has no store of its own. Encrypt the data stream."
  }

  applicability {
    level = "safe"
  }

  example "not mentioned" {
    before = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = true
        }
      }
    EOT
  }

  example "switched off in writing" {
    before = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = false # for the first test
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = true # for the first test
        }
      }
    EOT
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "it reads from a data stream" {
    before = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        kinesis_source_configuration {
          kinesis_stream_arn = aws_kinesis_stream.main.arn
          role_arn           = aws_iam_role.main.arn
        }
      }
    EOT
    refused = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "encrypted" {
        type    = bool
        default = false
      }

      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = var.encrypted
        }
      }
    EOT
    after  = <<-EOT
      variable "encrypted" {
        type    = bool
        default = true
      }

      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = var.encrypted
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "encrypted" {
        type = bool
      }

      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled = var.encrypted
        }
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        for_each    = toset(var.names)
        name        = each.key
        destination = "extended_s3"
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        for_each    = toset(var.names)
        name        = each.key
        destination = "extended_s3"

        server_side_encryption {
          enabled = true
        }
      }
    EOT
  }
}
