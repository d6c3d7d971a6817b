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
    default     = null
    description = "Response headers policy: an id or a reference such as data.aws_cloudfront_response_headers_policy.security.id. Null means a policy of its own, written beside the distribution: no framing by others, no sniffing, the referrer's origin only, HTTPS only for the name and all below it."
  }

  set "default_cache_behavior.response_headers_policy_id" {
    value         = param.response_headers_policy_id
    present       = true
    create_blocks = false
    when          = param.response_headers_policy_id != null
  }

  companion "aws_cloudfront_response_headers_policy" {
    referenced_by = "default_cache_behavior[*].response_headers_policy_id"
    when          = param.response_headers_policy_id == null

    body {
      name = format("%s-security-headers", resource.name)

      block "security_headers_config" {
        body {
          block "content_type_options" {
            body {
              override = true
            }
          }

          block "frame_options" {
            body {
              frame_option = "SAMEORIGIN"
              override     = false
            }
          }

          block "referrer_policy" {
            body {
              referrer_policy = "strict-origin-when-cross-origin"
              override        = false
            }
          }

          # As rule aws/cloudfront/hsts wants it.
          block "strict_transport_security" {
            body {
              access_control_max_age_sec = 31536000
              include_subdomains         = true
              override                   = true
              preload                    = true
            }
          }
        }
      }
    }
  }

  refuse {
    when = param.response_headers_policy_id == null && resource.several
    note = "The distribution is there several times, by its block or through calls of its module: each would write a policy of the same name, which an account takes once. Write one policy, and give it with `response_headers_policy_id`."
  }

  applicability {
    level     = "review"
    note      = "Browsers refuse to show the site in frames, or to load it over HTTP, as the policy says. A policy written here means every name below the site's as well; take care that they all have HTTPS."
    behaviour = "Browsers remember for a year that the site speaks HTTPS only; this cannot be taken back quickly."
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

  example "a policy of its own" {
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
          response_headers_policy_id = aws_cloudfront_response_headers_policy.web.id
        }
      }

      resource "aws_cloudfront_response_headers_policy" "web" {
        name = "web-security-headers"

        security_headers_config {
          content_type_options {
            override = true
          }

          frame_options {
            frame_option = "SAMEORIGIN"
            override     = false
          }

          referrer_policy {
            referrer_policy = "strict-origin-when-cross-origin"
            override        = false
          }

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

  example "a policy that the caller gives" {
    before = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_cloudfront_distribution" "web" {
        enabled = true

        default_cache_behavior {
          allowed_methods            = ["GET", "HEAD"]
          cached_methods             = ["GET", "HEAD"]
          target_origin_id           = "web"
          viewer_protocol_policy     = "redirect-to-https"
          response_headers_policy_id = var.policy
        }
      }
    EOT
    unchanged = true
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

  example "one for each name, and no policy is given" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "web" {
        for_each = toset(var.names)
        enabled  = true

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

  example "in a module that is called twice" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "cdn" {
        enabled = true

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "web"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT

    file "site/main.tf" {
      before = <<-EOT
        module "docs" {
          source = "../"
        }

        module "site" {
          source = "../"
        }
      EOT
    }

    refused = "there several times"
  }
}
