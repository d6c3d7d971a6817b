rule "aws/cloudtrail/log-file-validation" {
  title    = "Sign the digests of CloudTrail's log files"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With validation CloudTrail delivers a signed digest each hour, so that
    anyone can prove later that no log file was changed or removed. Without it
    an intruder who can write to the bucket can edit history.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_36"]
    trivy        = ["AWS-0016"]
    tfsec        = ["aws-cloudtrail-enable-log-validation"]
    kics         = ["52ffcfa6-6c70-4ea6-8376-d828d3961669"]
    terrascan    = ["AC_AWS_0446"]
    security_hub = ["CloudTrail.4"]
    prowler      = ["cloudtrail_log_file_validation_enabled"]
    cis_aws      = ["5.0.0/3.2", "3.0.0/3.2"]
  }

  target {
    resource = "aws_cloudtrail"
  }

  set "enable_log_file_validation" {
    value   = true
    default = false
  }

  module "cloudposse/cloudtrail/aws" {
    version = ">= 0.1"

    set "enable_log_file_validation" {
      value   = true
      default = true
    }
  }

  applicability {
    level = "safe"
  }

  example "enable log file validation not mentioned" {
    before = <<-EOT
      resource "aws_cloudtrail" "audit" {
        name           = "audit"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = true
      }
    EOT
  }

  example "enable log file validation wrong in writing" {
    before = <<-EOT
      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudtrail" "audit" {
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cloudtrail" "audit" {
        for_each       = toset(var.names)
        name           = "audit"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "audit" {
        for_each                   = toset(var.names)
        name                       = "audit"
        s3_bucket_name             = aws_s3_bucket.audit.id
        enable_log_file_validation = true
      }
    EOT
  }

  example "the published module cloudposse/cloudtrail 0.24.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/cloudtrail/aws"
        version = "0.24.0"

        enable_log_file_validation = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/cloudtrail/aws"
        version = "0.24.0"

        enable_log_file_validation = true
      }
    EOT
  }
}
