rule "aws/cloudfront/origin-tls" {
  title    = "Let a distribution speak TLS 1.2 to its origins"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    SSL 3 and the first TLS versions can be broken by whoever sits between the
    distribution and the origin.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV2_AWS_54"]
    security_hub = ["CloudFront.10"]
    prowler      = ["cloudfront_distributions_using_deprecated_ssl_protocols"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  set "origin[*].custom_origin_config.origin_ssl_protocols" {
    value         = ["TLSv1.2"]
    create_blocks = false
  }

  applicability {
    level     = "review"
    note      = "Each origin must know TLS 1.2, or viewers get 502."
    behaviour = "Origins without TLS 1.2 are not reached."
  }

  example "old protocols" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        origin {
          domain_name = "app.internal.net"
          origin_id   = "app"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["SSLv3", "TLSv1.2"]
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

  example "already right" {
    before    = <<-EOT
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
    unchanged = true
  }
}
