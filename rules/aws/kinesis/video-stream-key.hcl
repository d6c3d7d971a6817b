rule "aws/kinesis/video-stream-key" {
  title    = "Encrypt a video stream with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Video shows people. A customer managed key limits, logs and can end access
    to the recordings.
  EOT

  references = [
    "https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/how-kms.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kinesis_video_stream",
  ]

  aliases {
    checkov = ["CKV_AWS_177"]
  }

  target {
    resource = "aws_kinesis_video_stream"
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
    note        = "Terraform will plan to replace the stream; recorded video is lost."
    replacement = true
    data_loss   = "Video within the retention period."

    runbook = <<-EOT
      1. Export recordings that must be kept.
      2. Stop the cameras, apply, start them again.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_kinesis_video_stream" "main" {
        name                    = "main"
        data_retention_in_hours = 24
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_video_stream" "main" {
        name                    = "main"
        data_retention_in_hours = 24
        kms_key_id              = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_kinesis_video_stream" "main" {
        name                    = "main"
        data_retention_in_hours = 24
        kms_key_id              = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_kinesis_video_stream" "main" {
        for_each                = toset(var.names)
        name                    = each.key
        data_retention_in_hours = 24
      }
    EOT
    after  = <<-EOT
      resource "aws_kinesis_video_stream" "main" {
        for_each                = toset(var.names)
        name                    = each.key
        data_retention_in_hours = 24
        kms_key_id              = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_kinesis_video_stream" "main" {
        name                    = "main"
        data_retention_in_hours = 24
      }
    EOT
    refused = true
  }
}
