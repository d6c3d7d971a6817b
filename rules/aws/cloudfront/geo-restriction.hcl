rule "aws/cloudfront/geo-restriction" {
  title    = "Serve a distribution to chosen countries only"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What is offered in a few countries only needs no visitors, and no attackers,
    from the others.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov   = ["CKV_AWS_374"]
    terrascan = ["AC_AWS_0026"]
    prowler   = ["cloudfront_distributions_geo_restrictions_enabled"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "allowed_countries" {
    type        = "string_list"
    required    = true
    description = "Country codes (ISO 3166-1 alpha-2) that are served. Only the owner of the site knows."
  }

  set "restrictions.geo_restriction.restriction_type" {
    value  = "whitelist"
    one_of = ["whitelist", "blacklist"]
  }

  set "restrictions.geo_restriction.locations" {
    value   = param.allowed_countries
    present = true
  }

  applicability {
    level     = "review"
    note      = "Viewers in other countries get 403 from the next apply on."
    behaviour = "Requests from other countries are refused."
  }

  example "no restriction" {
    params = { allowed_countries = ["DE", "FR"] }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        restrictions {
          geo_restriction {
            restriction_type = "none"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        restrictions {
          geo_restriction {
            restriction_type = "whitelist"
            locations        = ["DE", "FR"]
          }
        }
      }
    EOT
  }

  example "already restricted" {
    params = { allowed_countries = ["DE", "FR"] }

    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        restrictions {
          geo_restriction {
            restriction_type = "blacklist"
            locations        = ["KP"]
          }
        }
      }
    EOT
    unchanged = true
  }

  example "nobody has named the countries yet" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true

        restrictions {
          geo_restriction {
            restriction_type = "none"
          }
        }
      }
    EOT
    refused = true
  }
}
