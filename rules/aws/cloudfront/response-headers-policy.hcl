rule "aws/cloudfront/response-headers-policy" {
  title    = "Send security headers with every answer"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Browsers protect visitors against framing, sniffing and plain HTTP if the
    site says so in its headers. A policy says so on every answer, whatever the
    origin forgets.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov = ["CKV2_AWS_32"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "response_headers_policy_id" {
    type        = "expression"
    required    = true
    description = "Response headers policy: an id or a reference such as data.aws_cloudfront_response_headers_policy.security.id."
  }

  set "default_cache_behavior.response_headers_policy_id" {
    value         = param.response_headers_policy_id
    present       = true
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Browsers refuse to show the site in frames, or to load it over HTTP, as the policy says."
  }

  example "no headers" {
    params = { response_headers_policy_id = "67f7725c-6f97-4210-82d7-5512b31e9d03" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "web" {
        enabled = true

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "web"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "web" {
        enabled = true

        default_cache_behavior {
          allowed_methods            = ["GET", "HEAD"]
          cached_methods             = ["GET", "HEAD"]
          target_origin_id           = "web"
          viewer_protocol_policy     = "redirect-to-https"
          response_headers_policy_id = "67f7725c-6f97-4210-82d7-5512b31e9d03"
        }
      }
    EOT
  }

  example "nobody has named the policy" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "web" {
        enabled = true

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "web"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "headers already" {
    params = { response_headers_policy_id = "67f7725c-6f97-4210-82d7-5512b31e9d03" }

    before    = <<-EOT
      resource "aws_cloudfront_distribution" "web" {
        enabled = true

        default_cache_behavior {
          allowed_methods            = ["GET", "HEAD"]
          cached_methods             = ["GET", "HEAD"]
          response_headers_policy_id = aws_cloudfront_response_headers_policy.security.id
          target_origin_id           = "web"
          viewer_protocol_policy     = "redirect-to-https"
        }
      }
    EOT
    unchanged = true
  }
}
