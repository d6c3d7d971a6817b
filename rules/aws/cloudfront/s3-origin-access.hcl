rule "aws/cloudfront/s3-origin-access" {
  title    = "Let a distribution sign its requests to buckets"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A distribution that asks a bucket without a signature can read only what is
    public, so everybody can go past it, its firewall and its logs included.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_origin_access_control",
    "https://github.com/winglang/wing/issues/3748",
  ]

  aliases {
    checkov = ["CKV2_AWS_46"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "origin_access_control_id" {
    type        = "expression"
    default     = null
    description = "Origin access control for buckets: an id or a reference such as aws_cloudfront_origin_access_control.s3.id; one serves all distributions. Null means one of its own, written beside the distribution, where all its origins are buckets."
  }

  # An origin that is neither custom nor inside a VPC is a bucket by its REST endpoint; one with an identity signs already.
  set "origin[*].origin_access_control_id" {
    value   = param.origin_access_control_id
    present = true
    when    = param.origin_access_control_id != null && block.custom_origin_config == null && block.vpc_origin_config == null && block.s3_origin_config == null
  }

  # With origins of other kinds only it is asked for as well, and the refusal says why it is not written.
  companion "aws_cloudfront_origin_access_control" {
    referenced_by = "origin[*].origin_access_control_id"
    when          = !anytrue([for origin in target.origin[*] : origin.origin_access_control_id != null || origin.s3_origin_config != null])

    # Its name is unique in the account, as a bucket's is everywhere.
    body {
      name                              = split(".", target.origin[0].domain_name)[0]
      origin_access_control_origin_type = "s3"
      signing_behavior                  = "always"
      signing_protocol                  = "sigv4"
    }
  }

  refuse {
    when = !anytrue([for origin in target.origin[*] : origin.custom_origin_config == null && origin.vpc_origin_config == null])
    note = "No origin is a bucket by its REST endpoint. A website endpoint knows no signatures and answers everybody: ask the bucket by its `bucket_regional_domain_name` first, without `custom_origin_config`."
  }

  refuse {
    when = param.origin_access_control_id == null && anytrue([for origin in target.origin[*] : origin.custom_origin_config != null || origin.vpc_origin_config != null])
    note = "Some origins are no buckets, and must not be asked with signatures for S3. Write an origin access control for the buckets, and give it with `origin_access_control_id`."
  }

  refuse {
    when = param.origin_access_control_id == null && resource.several
    note = "The distribution is there several times, by its block or through calls of its module: each would write an origin access control of the same name, which an account takes once. Write one, and give it with `origin_access_control_id`."
  }

  refuse {
    when = param.origin_access_control_id == null && anytrue([for other in resources("aws_cloudfront_distribution") : other.resource_name != resource.name && anytrue([for origin in other.origin[*] : try(origin.domain_name == target.origin[0].domain_name, false)])])
    note = "Another distribution of the module asks the same bucket. One origin access control serves both: write it once, and give it with `origin_access_control_id`."
  }

  refuse {
    when = param.origin_access_control_id == null && !try(target.origin[0].domain_name != null, false)
    note = "Which bucket this is only the caller knows, so an origin access control cannot be named after it, and its name must be its own. Give one with `origin_access_control_id`."
  }

  applicability {
    level    = "disruptive"
    note     = "The bucket's policy must let the distribution in before this is applied; no other resource is changed here."
    downtime = "Viewers get 403 until the bucket's policy lets the distribution in."

    runbook = <<-EOT
      1. Add a statement to the bucket's policy: Allow, Principal { Service = "cloudfront.amazonaws.com" }, Action s3:GetObject on the bucket's objects,
         Condition StringEquals AWS:SourceArn = the distribution's ARN. Objects under a customer managed key need kms:Decrypt in the key's policy as well.
      2. Apply this change, and look whether the site answers.
      3. Take public access away from the bucket: its public statement, its ACL, and block public access.
    EOT
  }

  example "a bucket" {
    before = <<-EOT
      resource "aws_s3_bucket" "site" {}

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "site" {}

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = split(".", aws_s3_bucket.site.bucket_regional_domain_name)[0]
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }
    EOT
  }

  example "a bucket by its name" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "acme-site.s3.eu-west-1.amazonaws.com"
          origin_id   = "site"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = "acme-site.s3.eu-west-1.amazonaws.com"
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = "acme-site"
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }
    EOT
  }

  example "a bucket of another module" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = module.site_bucket.s3_bucket_bucket_regional_domain_name
          origin_id   = "site"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = module.site_bucket.s3_bucket_bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = split(".", module.site_bucket.s3_bucket_bucket_regional_domain_name)[0]
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }
    EOT
  }

  example "a bucket that the caller names" {
    before  = <<-EOT
      variable "bucket_domain_name" {
        type = string
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = var.bucket_domain_name
          origin_id   = "site"
        }
      }
    EOT
    refused = "only the caller knows"
  }

  example "two distributions before two buckets" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }

      resource "aws_cloudfront_distribution" "media" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.media.bucket_regional_domain_name
          origin_id                = "media"
          origin_access_control_id = aws_cloudfront_origin_access_control.media.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = split(".", aws_s3_bucket.site.bucket_regional_domain_name)[0]
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }

      resource "aws_cloudfront_distribution" "media" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.media.bucket_regional_domain_name
          origin_id                = "media"
          origin_access_control_id = aws_cloudfront_origin_access_control.media.id
        }
      }
    EOT
  }

  example "two distributions before one bucket" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }

      resource "aws_cloudfront_distribution" "preview" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }
    EOT
    refused = "One origin access control serves both"
  }

  example "two buckets" {
    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }

        origin {
          domain_name = aws_s3_bucket.media.bucket_regional_domain_name
          origin_id   = "media"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }

        origin {
          domain_name              = aws_s3_bucket.media.bucket_regional_domain_name
          origin_id                = "media"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = split(".", aws_s3_bucket.site.bucket_regional_domain_name)[0]
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }
    EOT
  }

  example "a bucket and an API, with the organisation's access control" {
    params = { origin_access_control_id = "E1ABCDEFGHIJKL" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }

        origin {
          domain_name = "api.acme.example"
          origin_id   = "api"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = "E1ABCDEFGHIJKL"
        }

        origin {
          domain_name = "api.acme.example"
          origin_id   = "api"

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

  example "one for each brand, with the organisation's access control" {
    params = { origin_access_control_id = "E1ABCDEFGHIJKL" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        for_each = toset(var.brands)
        enabled  = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        for_each = toset(var.brands)
        enabled  = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = "E1ABCDEFGHIJKL"
        }
      }
    EOT
  }

  example "a bucket and an API" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }

        origin {
          domain_name = "api.acme.example"
          origin_id   = "api"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
    refused = true
  }

  example "a website endpoint" {
    params = { origin_access_control_id = "E1ABCDEFGHIJKL" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket_website_configuration.site.website_endpoint
          origin_id   = "api"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "http-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }
      }
    EOT
    refused = true
  }

  example "one for each brand" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        for_each = toset(var.brands)
        enabled  = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }
    EOT
    refused = true
  }

  example "origins from elsewhere" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        dynamic "origin" {
          for_each = var.buckets

          content {
            domain_name = origin.value
            origin_id   = origin.key

            dynamic "custom_origin_config" {
              for_each = origin.value.custom

              content {
                http_port              = 80
                https_port             = 443
                origin_protocol_policy = "https-only"
                origin_ssl_protocols   = ["TLSv1.2"]
              }
            }
          }
        }
      }
    EOT
    refused = true
  }

  example "an identity of the older kind" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }
      }
    EOT
    unchanged = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }
    EOT
    unchanged = true
  }

  example "in a module that is called for each brand" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"
        }
      }

      resource "aws_s3_bucket" "site" {}
    EOT

    file "brands/main.tf" {
      before = <<-EOT
        module "site" {
          for_each = toset(var.brands)
          source   = "../"
        }
      EOT
    }

    refused = "there several times"
  }
}
