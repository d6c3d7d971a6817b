rule "aws/connect/storage-config-key" {
  title    = "Encrypt what Amazon Connect stores with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Recorded calls and chats are personal data of customers. A customer managed
    key limits, logs and can end access to them.
  EOT

  references = [
    "https://docs.aws.amazon.com/connect/latest/adminguide/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/connect_instance_storage_config",
  ]

  aliases {
    checkov = ["CKV_AWS_269", "CKV_AWS_270"]
  }

  target {
    resource = "aws_connect_instance_storage_config"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "storage_config.s3_config.encryption_config" {
    body {
      encryption_type = "KMS"
      set "key_id" {
        value = param.kms_key
        keep  = true
      }
    }
    when = target.storage_config.s3_config != null
  }

  block "storage_config.kinesis_video_stream_config.encryption_config" {
    body {
      encryption_type = "KMS"
      set "key_id" {
        value = param.kms_key
        keep  = true
      }
    }
    when = target.storage_config.kinesis_video_stream_config != null
  }

  applicability {
    level = "review"
    note  = "Amazon Connect and the people who listen to recordings need permission to use the key."
  }

  example "recordings in S3" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_connect_instance_storage_config" "main" {
        instance_id   = aws_connect_instance.main.id
        resource_type = "CALL_RECORDINGS"

        storage_config {
          storage_type = "S3"

          s3_config {
            bucket_name   = aws_s3_bucket.calls.id
            bucket_prefix = "calls"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_connect_instance_storage_config" "main" {
        instance_id   = aws_connect_instance.main.id
        resource_type = "CALL_RECORDINGS"

        storage_config {
          storage_type = "S3"

          s3_config {
            bucket_name   = aws_s3_bucket.calls.id
            bucket_prefix = "calls"

            encryption_config {
              encryption_type = "KMS"
              key_id          = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }
        }
      }
    EOT
  }

  example "media streams" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_connect_instance_storage_config" "main" {
        instance_id   = aws_connect_instance.main.id
        resource_type = "MEDIA_STREAMS"

        storage_config {
          storage_type = "KINESIS_VIDEO_STREAM"

          kinesis_video_stream_config {
            prefix                 = "calls"
            retention_period_hours = 24

            encryption_config {
              encryption_type = "KMS"
              key_id          = ""
            }
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_connect_instance_storage_config" "main" {
        instance_id   = aws_connect_instance.main.id
        resource_type = "MEDIA_STREAMS"

        storage_config {
          storage_type = "KINESIS_VIDEO_STREAM"

          kinesis_video_stream_config {
            prefix                 = "calls"
            retention_period_hours = 24

            encryption_config {
              encryption_type = "KMS"
              key_id          = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_connect_instance_storage_config" "main" {
        instance_id   = aws_connect_instance.main.id
        resource_type = "CALL_RECORDINGS"

        storage_config {
          storage_type = "S3"

          s3_config {
            bucket_name   = aws_s3_bucket.calls.id
            bucket_prefix = "calls"
          }
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_connect_instance_storage_config" "main" {
        instance_id   = aws_connect_instance.main.id
        resource_type = "CALL_RECORDINGS"

        storage_config {
          storage_type = "S3"

          s3_config {
            bucket_name   = aws_s3_bucket.calls.id
            bucket_prefix = "calls"

            encryption_config {
              encryption_type = "KMS"
              key_id          = aws_kms_key.calls.arn
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
