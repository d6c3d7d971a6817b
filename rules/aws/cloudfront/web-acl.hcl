rule "aws/cloudfront/web-acl" {
  title    = "Put a web ACL in front of a distribution"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without one, every known attack on web applications reaches the origin, one
    request like any other.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV_AWS_68"]
    trivy        = ["AWS-0011"]
    tfsec        = ["aws-cloudfront-enable-waf"]
    kics         = ["1419b4c6-6d5c-4534-9cf6-6a5266085333"]
    terrascan    = ["AC_AWS_0032"]
    security_hub = ["CloudFront.6"]
    prowler      = ["cloudfront_distributions_using_waf"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "cloudfront_web_acl_arn" {
    type        = "expression"
    required    = true
    description = "WAF web ACL of scope CLOUDFRONT: an ARN or a reference such as aws_wafv2_web_acl.site.arn."
  }

  set "web_acl_id" {
    value   = param.cloudfront_web_acl_arn
    present = true
  }

  module "terraform-aws-modules/cloudfront/aws" {
    version = ">= 2.0, < 5.0"

    set "web_acl_id" {
      value   = param.cloudfront_web_acl_arn
      present = true
    }
  }

  applicability {
    level     = "review"
    note      = "Requests that the web ACL blocks get 403 from the next apply on; try it in count mode first."
    behaviour = "Requests that match a blocking rule are refused."
    cost      = "WAF bills the web ACL, its rules and each million requests."
  }

  example "web acl id not mentioned" {
    params = { cloudfront_web_acl_arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled    = true
        web_acl_id = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { cloudfront_web_acl_arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled    = true
        web_acl_id = aws_wafv2_web_acl.other.arn
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
      cloudfront_web_acl_arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/a1b2c3d4"
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

        web_acl_id = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/a1b2c3d4"
      }
    EOT
  }
}
