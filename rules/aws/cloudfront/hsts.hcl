rule "aws/cloudfront/hsts" {
  title    = "Tell browsers to use HTTPS only"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The first request of a visitor goes over plain HTTP unless the browser has
    been told otherwise, and whoever sits in between answers it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_response_headers_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_259"]
  }

  target {
    resource = "aws_cloudfront_response_headers_policy"
  }

  set "security_headers_config.strict_transport_security.access_control_max_age_sec" {
    value    = 31536000
    at_least = 31536000
  }

  set "security_headers_config.strict_transport_security.include_subdomains" {
    value = true
  }

  set "security_headers_config.strict_transport_security.override" {
    value = true
  }

  set "security_headers_config.strict_transport_security.preload" {
    value = true
  }

  applicability {
    level     = "review"
    note      = "For a year browsers refuse plain HTTP for the name and all names below it; take care that they all have HTTPS."
    behaviour = "Browsers remember for a year; this cannot be taken back quickly."
  }

  example "no header" {
    before = <<-EOT
      resource "aws_cloudfront_response_headers_policy" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_response_headers_policy" "main" {
        name = "main"

        security_headers_config {
          strict_transport_security {
            access_control_max_age_sec = 31536000
            include_subdomains         = true
            override                   = true
            preload                    = true
          }
        }
      }
    EOT
  }

  example "too short and incomplete" {
    before = <<-EOT
      resource "aws_cloudfront_response_headers_policy" "main" {
        name = "main"

        security_headers_config {
          strict_transport_security {
            access_control_max_age_sec = 3600
            override                   = false
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_response_headers_policy" "main" {
        name = "main"

        security_headers_config {
          strict_transport_security {
            access_control_max_age_sec = 31536000
            override                   = true
            include_subdomains         = true
            preload                    = true
          }
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudfront_response_headers_policy" "main" {
        name = "main"

        security_headers_config {
          strict_transport_security {
            access_control_max_age_sec = 63072000
            include_subdomains         = true
            override                   = true
            preload                    = true
          }
        }
      }
    EOT
    unchanged = true
  }
}
