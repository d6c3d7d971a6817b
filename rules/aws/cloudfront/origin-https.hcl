rule "aws/cloudfront/origin-https" {
  title    = "Let a distribution speak HTTPS to its origins"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Viewers see the padlock, but behind the distribution the same data crosses
    the internet in the clear.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV2_AWS_72"]
    security_hub = ["CloudFront.9"]
    prowler      = ["cloudfront_distributions_origin_traffic_encrypted"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  set "origin[*].custom_origin_config.origin_protocol_policy" {
    value         = "https-only"
    create_blocks = false
  }

  applicability {
    level     = "review"
    note      = "Each origin must answer on its HTTPS port with a certificate that fits its name, or viewers get 502."
    behaviour = "Origins are asked by HTTPS only."
  }

  example "plain HTTP to an origin" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        origin {
          domain_name = "app.internal.net"
          origin_id   = "app"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "match-viewer"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        origin {
          domain_name = "app.internal.net"
          origin_id   = "app"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
  }

  example "an origin in S3" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }
    EOT
    unchanged = true
  }

  example "plain HTTP to a load balancer" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        origin {
          domain_name = "web-1234567890.eu-west-1.elb.amazonaws.com"
          origin_id   = "web"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "http-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        origin {
          domain_name = "web-1234567890.eu-west-1.elb.amazonaws.com"
          origin_id   = "web"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
  }
}
