rule "aws/s3/object-lock" {
  title    = "Finish what the bucket's object lock began"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A retention rule without the lock protects nothing; the block says that
    records are meant to be kept, and they can be deleted all the same.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
  ]

  aliases {
    checkov      = ["CKV_AWS_143"]
    security_hub = ["S3.15"]
    prowler      = ["s3_bucket_object_lock"]
  }

  target {
    resource = "aws_s3_bucket"
    when     = target.object_lock_configuration != null
  }

  set "object_lock_configuration.object_lock_enabled" {
    value         = "Enabled"
    create_blocks = false
  }

  applicability {
    level       = "disruptive"
    note        = "For a bucket that exists Terraform may plan a replacement; the lock needs versioning."
    replacement = "Providers before 4.0 replace the bucket."

    runbook = <<-EOT
      1. Look at the plan. If the bucket is replaced, let AWS switch the lock on first (`aws s3api put-object-lock-configuration`) and plan again.
      2. Apply.
    EOT
  }

  example "a rule, but not enabled" {
    before = <<-EOT
      resource "aws_s3_bucket" "main" {
        bucket = "acme-records"

        object_lock_configuration {
          rule {
            default_retention {
              mode = "GOVERNANCE"
              days = 30
            }
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "main" {
        bucket = "acme-records"

        object_lock_configuration {
          object_lock_enabled = "Enabled"

          rule {
            default_retention {
              mode = "GOVERNANCE"
              days = 30
            }
          }
        }
      }
    EOT
  }

  example "enabled" {
    before    = <<-EOT
      resource "aws_s3_bucket" "main" {
        bucket = "acme-records"

        object_lock_configuration {
          object_lock_enabled = "Enabled"
        }
      }
    EOT
    unchanged = true
  }

  example "no lock wanted" {
    before    = <<-EOT
      resource "aws_s3_bucket" "main" {
        bucket = "acme-records"
      }
    EOT
    unchanged = true
  }
}
