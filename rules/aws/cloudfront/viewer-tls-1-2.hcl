rule "aws/cloudfront/viewer-tls-1-2" {
  title    = "Ask viewers for TLS 1.2"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    TLS 1.0 and 1.1 have known weaknesses; browsers dropped them years ago, and
    attackers still ask for them.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov   = ["CKV_AWS_174"]
    kics      = ["00e5e55e-c2ff-46b3-a757-a7a1cd802456", "5c0003fb-9aa0-42c1-9da3-eb0e332bef21"]
    terrascan = ["AC_AWS_0023"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "cloudfront_certificate_arn" {
    type        = "expression"
    default     = null
    description = "Certificate (ACM, in us-east-1) of the names that viewers use. The default certificate of CloudFront cannot ask for TLS 1.2."
  }

  remove "viewer_certificate.cloudfront_default_certificate" {
    when = param.cloudfront_certificate_arn != null && target.viewer_certificate.cloudfront_default_certificate == true
  }

  set "viewer_certificate.acm_certificate_arn" {
    value   = param.cloudfront_certificate_arn
    present = true
    when    = param.cloudfront_certificate_arn != null && target.viewer_certificate.iam_certificate_id == null
  }

  set "viewer_certificate.ssl_support_method" {
    value   = "sni-only"
    present = true
    when    = param.cloudfront_certificate_arn != null && target.viewer_certificate.ssl_support_method == null
  }

  set "viewer_certificate.minimum_protocol_version" {
    value  = "TLSv1.2_2021"
    one_of = ["TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"]
  }

  refuse {
    when = target.viewer_certificate.acm_certificate_arn == null && target.viewer_certificate.iam_certificate_id == null && target.viewer_certificate.cloudfront_default_certificate != false && try(target.aliases == null || length(target.aliases) == 0, false)
    note = "The distribution has no name of its own here (`aliases`): viewers come by its name under cloudfront.net, for which CloudFront answers with its own certificate, whatever is given here. Decide the name first, then give the distribution the certificate of that name."
  }

  refuse {
    when = param.cloudfront_certificate_arn == null && target.viewer_certificate.acm_certificate_arn == null && target.viewer_certificate.iam_certificate_id == null && target.viewer_certificate.cloudfront_default_certificate != false
    note = "The default certificate of CloudFront allows old protocols, whatever is asked for. Give the distribution a certificate: set `cloudfront_certificate_arn`."
  }

  applicability {
    level     = "review"
    note      = "Viewers that know no more than TLS 1.1 are refused from the next apply on."
    behaviour = "Viewers without TLS 1.2 are refused."
  }

  example "an old protocol in writing" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          acm_certificate_arn      = aws_acm_certificate.site.arn
          ssl_support_method       = "sni-only"
          minimum_protocol_version = "TLSv1"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          acm_certificate_arn      = aws_acm_certificate.site.arn
          ssl_support_method       = "sni-only"
          minimum_protocol_version = "TLSv1.2_2021"
        }
      }
    EOT
  }

  example "the protocol is not mentioned" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          acm_certificate_arn = aws_acm_certificate.site.arn
          ssl_support_method  = "sni-only"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          acm_certificate_arn      = aws_acm_certificate.site.arn
          ssl_support_method       = "sni-only"
          minimum_protocol_version = "TLSv1.2_2021"
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        viewer_certificate {
          iam_certificate_id       = "ASCAEXAMPLE"
          ssl_support_method       = "sni-only"
          minimum_protocol_version = "TLSv1.2_2019"
        }
      }
    EOT
    unchanged = true
  }

  example "the default certificate, and another is configured" {
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
          acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
          ssl_support_method       = "sni-only"
          minimum_protocol_version = "TLSv1.2_2021"
        }
      }
    EOT
  }

  example "the default certificate" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = ["shop.acme.example"]

        viewer_certificate {
          cloudfront_default_certificate = true
        }
      }
    EOT
    refused = "set `cloudfront_certificate_arn`"
  }

  example "no name of its own" {
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

  example "the default certificate is refused, and another is not given yet" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = ["shop.acme.example"]

        viewer_certificate {
          cloudfront_default_certificate = false
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
        aliases = ["shop.acme.example"]

        viewer_certificate {
          cloudfront_default_certificate = false
          minimum_protocol_version       = "TLSv1.2_2021"
        }
      }
    EOT
  }
}
