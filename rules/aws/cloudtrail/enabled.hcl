rule "aws/cloudtrail/enabled" {
  title    = "Switch a trail on"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A trail that is declared but switched off records nothing, and every list of
    trails shows it as if it did.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-turning-off-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail",
  ]

  aliases {
    checkov = ["CKV_AWS_251"]
    kics    = ["4bb76f17-3d63-4529-bdca-2b454529d774"]
  }

  target {
    resource = "aws_cloudtrail"
  }

  set "enable_logging" {
    value   = true
    default = true
  }

  applicability {
    level = "safe"
  }

  example "enable logging not mentioned" {
    before    = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    unchanged = true
  }

  example "enable logging wrong in writing" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        enable_logging = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        enable_logging = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        enable_logging = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        enable_logging = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        enable_logging = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        enable_logging = true
      }
    EOT
    unchanged = true
  }
}
