rule "aws/cloudfront/viewer-https" {
  title    = "Let viewers reach a distribution by HTTPS only"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Over plain HTTP anybody on the way can read what a viewer sees and sends,
    and change it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV_AWS_34"]
    security_hub = ["CloudFront.3"]
    trivy        = ["AWS-0012"]
    tfsec        = ["aws-cloudfront-enforce-https"]
    kics         = ["55af1353-2f62-4fa0-a8e1-a210ca2708f5"]
    prowler      = ["cloudfront_distributions_https_enabled"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  set "default_cache_behavior.viewer_protocol_policy" {
    value         = "redirect-to-https"
    one_of        = ["redirect-to-https", "https-only"]
    create_blocks = false
  }

  set "ordered_cache_behavior[*].viewer_protocol_policy" {
    value         = "redirect-to-https"
    one_of        = ["redirect-to-https", "https-only"]
    create_blocks = false
  }

  applicability {
    level     = "review"
    note      = "Viewers that ask for http:// are sent to https://; programs that do not follow redirects must be told the new address."
    behaviour = "Plain HTTP is answered with a redirect."
  }

  example "everything allowed" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        default_cache_behavior {
          target_origin_id       = "site"
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          viewer_protocol_policy = "allow-all" # old links
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        default_cache_behavior {
          target_origin_id       = "site"
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          viewer_protocol_policy = "redirect-to-https" # old links
        }
      }
    EOT
  }

  example "one path left open" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        default_cache_behavior {
          target_origin_id       = "site"
          viewer_protocol_policy = "https-only"
        }

        ordered_cache_behavior {
          path_pattern           = "/static/*"
          target_origin_id       = "site"
          viewer_protocol_policy = "allow-all"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        default_cache_behavior {
          target_origin_id       = "site"
          viewer_protocol_policy = "https-only"
        }

        ordered_cache_behavior {
          path_pattern           = "/static/*"
          target_origin_id       = "site"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        default_cache_behavior {
          target_origin_id       = "site"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    unchanged = true
  }
}
