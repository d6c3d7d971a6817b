rule "aws/cloudfront/own-certificate" {
  title    = "Give a distribution a certificate of its own"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With the default certificate the site answers to a cloudfront.net name only,
    and to protocols that are long out of date.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV2_AWS_42"]
    security_hub = ["CloudFront.7"]
    prowler      = ["cloudfront_distributions_custom_ssl_certificate"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "cloudfront_certificate_arn" {
    type        = "expression"
    required    = true
    description = "Certificate (ACM, in us-east-1) of the names that viewers use. The default certificate of CloudFront cannot ask for TLS 1.2."
  }

  remove "viewer_certificate.cloudfront_default_certificate" {
    when = target.viewer_certificate.iam_certificate_id == null && target.viewer_certificate.acm_certificate_arn == null
  }

  set "viewer_certificate.acm_certificate_arn" {
    value   = param.cloudfront_certificate_arn
    present = true
    when    = target.viewer_certificate.iam_certificate_id == null
  }

  set "viewer_certificate.ssl_support_method" {
    value   = "sni-only"
    present = true
  }

  refuse {
    when = target.viewer_certificate.iam_certificate_id == null && target.viewer_certificate.acm_certificate_arn == null && try(target.aliases == null || length(target.aliases) == 0, false)
    note = "The distribution has no name of its own here (`aliases`): viewers come by its name under cloudfront.net, for which CloudFront answers with its own certificate, whatever is given here. Decide the name first, then give the distribution the certificate of that name."
  }

  applicability {
    level = "review"
    note  = "The certificate must name every alias of the distribution."
  }

  example "the default certificate" {
    params = { cloudfront_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = ["shop.acme.example"]

        viewer_certificate {
          cloudfront_default_certificate = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = ["shop.acme.example"]

        viewer_certificate {
          acm_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
          ssl_support_method  = "sni-only"
        }
      }
    EOT
  }

  example "no name of its own" {
    params = { cloudfront_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          cloudfront_default_certificate = true
        }
      }
    EOT
    refused = "no name of its own"
  }

  example "names that the caller gives" {
    params = { cloudfront_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      variable "aliases" {
        type = list(string)
      }

      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = var.aliases

        viewer_certificate {
          cloudfront_default_certificate = true
        }
      }
    EOT
    after  = <<-EOT
      variable "aliases" {
        type = list(string)
      }

      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = var.aliases

        viewer_certificate {
          acm_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
          ssl_support_method  = "sni-only"
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          iam_certificate_id = "ASCAEXAMPLE"
          ssl_support_method = "sni-only"
        }
      }
    EOT
    unchanged = true
  }

  example "nobody has named a certificate yet" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = ["shop.acme.example"]

        viewer_certificate {
          cloudfront_default_certificate = true
        }
      }
    EOT
    refused = true
  }
}
