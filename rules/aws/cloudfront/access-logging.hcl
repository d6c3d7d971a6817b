rule "aws/cloudfront/access-logging" {
  title    = "Log the requests of a distribution"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Who asked for what, when and from where is the first question after an
    incident, and only the log answers it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV_AWS_86"]
    trivy        = ["AWS-0010"]
    tfsec        = ["aws-cloudfront-enable-logging"]
    kics         = ["94690d79-b3b0-43de-b656-84ebef5753e5"]
    terrascan    = ["AC_AWS_0025"]
    security_hub = ["CloudFront.5"]
    prowler      = ["cloudfront_distributions_logging_enabled"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "cloudfront_log_bucket" {
    type        = "expression"
    required    = true
    description = "Domain name of the bucket for access logs, e.g. aws_s3_bucket.logs.bucket_domain_name. The bucket must allow ACLs."
  }

  set "logging_config.bucket" {
    value   = param.cloudfront_log_bucket
    present = true
  }

  module "terraform-aws-modules/cloudfront/aws" {
    version = ">= 2.0, < 5.0"

    set "logging_config.bucket" {
      value   = param.cloudfront_log_bucket
      present = true
    }
  }

  applicability {
    level = "safe"
    cost  = "The bucket bills what is stored."
  }

  example "bucket not mentioned" {
    params = { cloudfront_log_bucket = "logs.s3.amazonaws.com" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        logging_config {
          bucket = "logs.s3.amazonaws.com"
        }
      }
    EOT
  }

  example "already right" {
    params = { cloudfront_log_bucket = "logs.s3.amazonaws.com" }

    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        logging_config {
          bucket = aws_s3_bucket.other.bucket_domain_name
        }
      }
    EOT
    unchanged = true
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/cloudfront ~> 3.0" {
    params = {
      cloudfront_log_bucket = "acme-logs.s3.amazonaws.com"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/cloudfront/aws"
        version = "~> 3.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/cloudfront/aws"
        version = "~> 3.0"

        logging_config = { bucket = "acme-logs.s3.amazonaws.com" }
      }
    EOT
  }
}
