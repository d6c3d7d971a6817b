rule "aws/kinesis/stream-key" {
  title    = "Encrypt a Kinesis stream with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Records stay in a stream for a day up to a year. A customer managed key
    protects them there and shows each use in CloudTrail.
  EOT

  references = [
    "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kinesis_stream",
  ]

  aliases {
    checkov = ["CKV_AWS_185"]
  }

  target {
    resource = "aws_kinesis_stream"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encryption_type" {
    value = "KMS"
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "Producers and consumers need permission to use the key."
    cost  = "KMS requests are billed."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        encryption_type = "KMS"
        kms_key_id      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        encryption_type = "KMS"
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        encryption_type = "KMS"
        kms_key_id      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name            = "main"
        encryption_type = "KMS"
        kms_key_id      = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
        kms_key_id      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_kinesis_stream" "main" {
        name = "main"
      }
    EOT
    refused = true
  }
}
