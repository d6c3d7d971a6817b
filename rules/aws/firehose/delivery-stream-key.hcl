rule "aws/firehose/delivery-stream-key" {
  title    = "Encrypt a Firehose delivery stream with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Firehose holds records until they are delivered. A customer managed key
    protects them meanwhile, and its use is visible in CloudTrail.
  EOT

  references = [
    "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kinesis_firehose_delivery_stream",
  ]

  aliases {
    checkov = ["CKV_AWS_241"]
  }

  target {
    resource = "aws_kinesis_firehose_delivery_stream"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "server_side_encryption" {
    body {
      enabled  = true
      key_type = "CUSTOMER_MANAGED_CMK"
      set "key_arn" {
        value = param.kms_key
        keep  = true
      }
    }
  }

  refuse {
    when = target.kinesis_source_configuration != null
    note = "The stream reads from a Kinesis data stream, or may, and then has no store of its own. Encrypt the data stream."
  }

  applicability {
    level = "review"
    note  = "Senders need permission to generate data keys with the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
          enabled  = true
          key_type = "CUSTOMER_MANAGED_CMK"
          key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        server_side_encryption {
          enabled  = true
          key_type = "CUSTOMER_MANAGED_CMK"
          key_arn  = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
          enabled  = true
          key_type = "CUSTOMER_MANAGED_CMK"
          key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"
      }
    EOT
    refused = true
  }

  example "fed by a data stream" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_kinesis_firehose_delivery_stream" "main" {
        name        = "main"
        destination = "extended_s3"

        kinesis_source_configuration {
          kinesis_stream_arn = aws_kinesis_stream.events.arn
          role_arn           = aws_iam_role.firehose.arn
        }
      }
    EOT
    refused = true
  }
}
