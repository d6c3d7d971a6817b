rule "aws/s3/lifecycle" {
  title    = "Clean up uploads that were never finished"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Parts of an upload that broke off stay in the bucket, invisible in every
    listing, and are billed for ever. What they hold is data that nobody looks
    after.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
  ]

  aliases {
    checkov      = ["CKV2_AWS_61", "CKV_AWS_300"]
    security_hub = ["S3.13"]
    prowler      = ["s3_bucket_lifecycle_enabled"]
  }

  target {
    resource = "aws_s3_bucket"

    reached_from "aws_s3_bucket_lifecycle_configuration" {
      argument = "bucket"
    }
  }

  param "days" {
    type        = "number"
    default     = 7
    description = "Days after which the parts of an unfinished upload are removed."
  }

  companion "aws_s3_bucket_lifecycle_configuration" {
    link = "bucket"

    body {
      bucket = target.id

      block "rule" {
        when     = !anytrue([for rule in linked_resource("aws_s3_bucket_lifecycle_configuration", "bucket").rule : rule.status == "Enabled" && rule.abort_incomplete_multipart_upload != null])
        matching = block.id == "abort-incomplete-uploads"
        body {
          id     = "abort-incomplete-uploads"
          status = "Enabled"

          filter {}

          abort_incomplete_multipart_upload {
            set "days_after_initiation" {
              value = param.days
              keep  = true
            }
          }
        }
      }
    }

    inline {
      version = "< 4.0"

      set "lifecycle_rule.abort_incomplete_multipart_upload_days" {
        value   = param.days
        present = true
      }

      set "lifecycle_rule.enabled" {
        value   = true
        present = true
      }
    }
  }

  module "terraform-aws-modules/s3-bucket/aws" {
    version = ">= 3.0"

    set "lifecycle_rule" {
      value   = [{ id = "abort-incomplete-uploads", enabled = true, abort_incomplete_multipart_upload_days = param.days }]
      present = true
      when    = target.lifecycle_rule == null
    }

    set "lifecycle_rule[*].abort_incomplete_multipart_upload_days" {
      value   = param.days
      present = true
      when    = !anytrue([for rule in target.lifecycle_rule : rule.abort_incomplete_multipart_upload_days != null])
    }
  }

  applicability {
    level = "safe"
    cost  = "Storage of abandoned parts is no longer billed."
  }

  example "no lifecycle" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_lifecycle_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          id     = "abort-incomplete-uploads"
          status = "Enabled"

          filter {}

          abort_incomplete_multipart_upload {
            days_after_initiation = 7
          }
        }
      }
    EOT
  }

  example "a lifecycle without it" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_lifecycle_configuration" "this" {
        bucket = aws_s3_bucket.data.id

        rule {
          id     = "expire-logs"
          status = "Enabled"

          filter {
            prefix = "logs/"
          }

          expiration {
            days = 90
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_lifecycle_configuration" "this" {
        bucket = aws_s3_bucket.data.id

        rule {
          id     = "expire-logs"
          status = "Enabled"

          filter {
            prefix = "logs/"
          }

          expiration {
            days = 90
          }
        }

        rule {
          id     = "abort-incomplete-uploads"
          status = "Enabled"

          filter {}

          abort_incomplete_multipart_upload {
            days_after_initiation = 7
          }
        }
      }
    EOT
  }

  example "already cleaned up" {
    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_lifecycle_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          id     = "uploads"
          status = "Enabled"

          abort_incomplete_multipart_upload {
            days_after_initiation = 3
          }
        }
      }
    EOT
    unchanged = true
  }

  example "one bucket per tenant" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }

      resource "aws_s3_bucket_lifecycle_configuration" "data" {
        for_each = toset(var.tenants)

        bucket = aws_s3_bucket.data[each.key].id

        rule {
          id     = "abort-incomplete-uploads"
          status = "Enabled"

          filter {}

          abort_incomplete_multipart_upload {
            days_after_initiation = 7
          }
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        lifecycle_rule = [{ id = "abort-incomplete-uploads", enabled = true, abort_incomplete_multipart_upload_days = 7 }]
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0 with lifecycle_rule" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        lifecycle_rule = [{ id = "old", enabled = true, expiration = { days = 90 } }]
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        lifecycle_rule = [{ id = "old", enabled = true, expiration = { days = 90 }, abort_incomplete_multipart_upload_days = 7 }]
      }
    EOT
  }
}
