rule "aws/cloudfront/enabled" {
  title    = "Switch a distribution on"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A distribution that is off serves nobody, yet its domain names and origins
    stay claimed, and nobody looks after it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov = ["CKV_AWS_216"]
    kics    = ["1bc367f6-901d-4870-ad0c-71d79762ef52"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  # A distribution that is off may speak plain HTTP to its origins; one that is switched on must not.
  set "origin[*].custom_origin_config.origin_protocol_policy" {
    value         = "https-only"
    create_blocks = false
    when          = target.enabled != true
  }

  set "enabled" {
    value = true
  }

  applicability {
    level = "review"
    note  = "The distribution answers requests from then on. If it is off because nobody needs it, remove it instead."
  }

  example "enabled not mentioned" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = true
      }
    EOT
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = true # decided in 2019
      }
    EOT
  }

  example "plain HTTP to an origin" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = false

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

  example "on already, with plain HTTP to an origin" {
    before    = <<-EOT
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
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        comment = "web"
        enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        for_each = toset(var.names)
        comment  = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        for_each = toset(var.names)
        comment  = "web"
        enabled  = true
      }
    EOT
  }
}
