rule "aws/s3/access-point-block" {
  title    = "Block public access through an access point"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An access point is a second door to the bucket, with a block of its own.
    Left open, a policy on it can publish what the bucket keeps private.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-bpa-settings.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_access_point",
  ]

  aliases {
    checkov      = ["CKV_AWS_392"]
    security_hub = ["S3.19"]
    prowler      = ["s3_access_point_public_access_block"]
  }

  target {
    resource = "aws_s3_access_point"
  }

  set "public_access_block_configuration.block_public_acls" {
    value         = true
    default       = true
    create_blocks = false
  }

  set "public_access_block_configuration.block_public_policy" {
    value         = true
    default       = true
    create_blocks = false
  }

  set "public_access_block_configuration.ignore_public_acls" {
    value         = true
    default       = true
    create_blocks = false
  }

  set "public_access_block_configuration.restrict_public_buckets" {
    value         = true
    default       = true
    create_blocks = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the access point; it cannot be changed."
    replacement = true
    downtime    = "Clients of the access point fail until the new one is there."

    runbook = <<-EOT
      1. Look in the access log for anonymous requests through the access point.
      2. Apply in an agreed window; the name and ARN stay the same.
    EOT
  }

  example "opened in writing" {
    before = <<-EOT
      resource "aws_s3_access_point" "main" {
        bucket = aws_s3_bucket.data.id
        name   = "data"

        public_access_block_configuration {
          block_public_acls       = false
          block_public_policy     = false
          ignore_public_acls      = false
          restrict_public_buckets = false
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_access_point" "main" {
        bucket = aws_s3_bucket.data.id
        name   = "data"

        public_access_block_configuration {
          block_public_acls       = true
          block_public_policy     = true
          ignore_public_acls      = true
          restrict_public_buckets = true
        }
      }
    EOT
  }

  example "blocked by default" {
    before    = <<-EOT
      resource "aws_s3_access_point" "main" {
        bucket = aws_s3_bucket.data.id
        name   = "data"
      }
    EOT
    unchanged = true
  }
}
