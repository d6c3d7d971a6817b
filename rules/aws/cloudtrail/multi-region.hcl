rule "aws/cloudtrail/multi-region" {
  title    = "Record all regions in a trail"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Intruders work in regions that nobody uses, because nobody looks there. A
    trail of one region does not see them.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail",
  ]

  aliases {
    checkov      = ["CKV_AWS_67"]
    trivy        = ["AWS-0014"]
    tfsec        = ["aws-cloudtrail-enable-all-regions"]
    kics         = ["8173d5eb-96b5-4aa6-a71b-ecfa153c123d"]
    terrascan    = ["AC_AWS_0034"]
    security_hub = ["CloudTrail.1"]
    prowler      = ["cloudtrail_multi_region_enabled"]
    cis_aws      = ["5.0.0/3.1", "3.0.0/3.1"]
  }

  target {
    resource = "aws_cloudtrail"
  }

  set "is_multi_region_trail" {
    value = true
  }

  module "cloudposse/cloudtrail/aws" {
    version = ">= 0.1"

    set "is_multi_region_trail" {
      value = true
    }
  }

  applicability {
    level = "safe"
    cost  = "More events are stored."
  }

  example "is multi region trail not mentioned" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = true
      }
    EOT
  }

  example "is multi region trail wrong in writing" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = true # decided in 2019
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
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cloudtrail" "main" {
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cloudtrail" "main" {
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                  = "main"
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each       = toset(var.names)
        name           = each.key
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each              = toset(var.names)
        name                  = each.key
        s3_bucket_name        = aws_s3_bucket.audit.id
        is_multi_region_trail = true
      }
    EOT
  }

  example "the published module cloudposse/cloudtrail 0.24.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/cloudtrail/aws"
        version = "0.24.0"

        is_multi_region_trail = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/cloudtrail/aws"
        version = "0.24.0"

        is_multi_region_trail = true
      }
    EOT
  }
}
