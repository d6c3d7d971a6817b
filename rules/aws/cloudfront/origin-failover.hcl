rule "aws/cloudfront/origin-failover" {
  title    = "Give a distribution a second origin to fall back on"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With one origin the site is down when that origin is. A group of two origins
    asks the second one whenever the first fails to answer.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorOriginGroups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV_AWS_310"]
    security_hub = ["CloudFront.4"]
    prowler      = ["cloudfront_distributions_multiple_origin_failover_configured"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "failover_domain_name" {
    type        = "string"
    required    = true
    description = "Domain name of the second origin, of the same kind as the first and with the same content under the same paths; give it with the fix of one distribution."
  }

  # The second origin is asked as the first one is.
  block "origin" {
    matching = block.domain_name == param.failover_domain_name
    when     = target.origin_group == null && length(target.origin[*]) == 1

    body {
      domain_name = param.failover_domain_name
      origin_id   = format("%s-failover", target.origin[0].origin_id)
      set "origin_path" {
        value = target.origin[0].origin_path
        when  = target.origin[0].origin_path != null
      }
      set "origin_access_control_id" {
        value = target.origin[0].origin_access_control_id
        when  = target.origin[0].origin_access_control_id != null
      }

      block "custom_origin_config" {
        when = target.origin[0].custom_origin_config != null

        body {
          http_port              = target.origin[0].custom_origin_config.http_port
          https_port             = target.origin[0].custom_origin_config.https_port
          origin_protocol_policy = target.origin[0].custom_origin_config.origin_protocol_policy
          origin_ssl_protocols   = target.origin[0].custom_origin_config.origin_ssl_protocols
          set "origin_keepalive_timeout" {
            value = target.origin[0].custom_origin_config.origin_keepalive_timeout
            when  = target.origin[0].custom_origin_config.origin_keepalive_timeout != null
          }
          set "origin_read_timeout" {
            value = target.origin[0].custom_origin_config.origin_read_timeout
            when  = target.origin[0].custom_origin_config.origin_read_timeout != null
          }
        }
      }
      block "s3_origin_config" {
        when = target.origin[0].s3_origin_config != null

        body {
          origin_access_identity = target.origin[0].s3_origin_config.origin_access_identity
        }
      }
    }
  }

  block "origin_group" {
    matching = block.origin_id == format("%s-or-failover", target.origin[0].origin_id)
    when     = target.origin_group == null || anytrue([for group in target.origin_group[*] : length(group.member[*]) < 2 || group.failover_criteria == null])

    body {
      origin_id = format("%s-or-failover", target.origin[0].origin_id)

      failover_criteria {
        status_codes = [500, 502, 503, 504]
      }
      member {
        origin_id = target.origin[0].origin_id
      }
      member {
        origin_id = format("%s-failover", target.origin[0].origin_id)
      }
    }
  }

  # Taken away and written anew: where it is a local, the origin's own id often is the same one, and must stay.
  remove "default_cache_behavior.target_origin_id" {
    when = target.default_cache_behavior.target_origin_id == target.origin[0].origin_id && contains(target.origin_group[*].origin_id, format("%s-or-failover", target.origin[0].origin_id))
  }

  set "default_cache_behavior.target_origin_id" {
    value         = format("%s-or-failover", target.origin[0].origin_id)
    create_blocks = false
    when          = target.default_cache_behavior.target_origin_id == null
  }

  refuse {
    when = target.origin_group != null
    note = "The distribution has an origin group already, or may have one, and not a whole one. Which origins belong to it is for its owner."
  }

  refuse {
    when = length(target.origin[*]) != 1
    note = "The distribution has several origins, or how many is not known here. Which of them takes over from which is for its owner."
  }

  refuse {
    when = target.default_cache_behavior.target_origin_id != target.origin[0].origin_id
    note = "That the default cache behaviour asks the one origin cannot be told from these files."
  }

  refuse {
    when = target.origin[0].vpc_origin_config != null || target.origin[0].custom_header != null
    note = "The origin is inside a VPC, or is sent headers of its own, or may be: what the second one needs is for its owner."
  }

  refuse {
    when = anytrue([for method in target.default_cache_behavior.allowed_methods : contains(["POST", "PUT", "PATCH", "DELETE"], method)])
    note = "CloudFront takes no origin group where POST, PUT, PATCH or DELETE is allowed, for it cannot ask a second origin for them, and here they are or may be. Lead them to the origin by a cache behaviour of their own first."
  }

  refuse {
    when = param.failover_domain_name != null && !matches(param.failover_domain_name, "^[A-Za-z0-9.-]+$")
    note = "`failover_domain_name` is a domain name in writing, such as `standby.example.org`, not a reference."
  }

  refuse {
    when = param.failover_domain_name != null && target.origin[0].custom_origin_config == null && !strcontains(param.failover_domain_name, ".s3")
    note = "The origin is a bucket, and `failover_domain_name` is none: CloudFront asks the two in different ways."
  }

  applicability {
    level     = "review"
    note      = "The second origin must hold the same content under the same paths, and let the distribution in as the first one does. Other cache behaviours keep their origin."
    behaviour = "What the first origin answers with 500, 502, 503 or 504, or not at all, is asked of the second."
  }

  example "one origin over HTTPS" {
    params = { failover_domain_name = "standby.acme.example" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        origin {
          domain_name = "standby.acme.example"
          origin_id   = "app-failover"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          viewer_protocol_policy = "redirect-to-https"
          target_origin_id       = "app-or-failover"
        }

        origin_group {
          origin_id = "app-or-failover"

          failover_criteria {
            status_codes = [500, 502, 503, 504]
          }

          member {
            origin_id = "app"
          }

          member {
            origin_id = "app-failover"
          }
        }
      }
    EOT
  }

  example "one bucket" {
    params = { failover_domain_name = "acme-site-replica.s3.eu-central-1.amazonaws.com" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "app"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = "site"
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "app"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }

        origin {
          domain_name              = "acme-site-replica.s3.eu-central-1.amazonaws.com"
          origin_id                = "app-failover"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          viewer_protocol_policy = "redirect-to-https"
          target_origin_id       = "app-or-failover"
        }

        origin_group {
          origin_id = "app-or-failover"

          failover_criteria {
            status_codes = [500, 502, 503, 504]
          }

          member {
            origin_id = "app"
          }

          member {
            origin_id = "app-failover"
          }
        }
      }

      resource "aws_cloudfront_origin_access_control" "site" {
        name                              = "site"
        origin_access_control_origin_type = "s3"
        signing_behavior                  = "always"
        signing_protocol                  = "sigv4"
      }
    EOT
  }

  example "one bucket, by an older origin access identity" {
    params = { failover_domain_name = "acme-site-replica.s3.eu-central-1.amazonaws.com" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "app"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }

      resource "aws_cloudfront_origin_access_identity" "site" {}
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "app"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }

        origin {
          domain_name = "acme-site-replica.s3.eu-central-1.amazonaws.com"
          origin_id   = "app-failover"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          viewer_protocol_policy = "redirect-to-https"
          target_origin_id       = "app-or-failover"
        }

        origin_group {
          origin_id = "app-or-failover"

          failover_criteria {
            status_codes = [500, 502, 503, 504]
          }

          member {
            origin_id = "app"
          }

          member {
            origin_id = "app-failover"
          }
        }
      }

      resource "aws_cloudfront_origin_access_identity" "site" {}
    EOT
  }

  example "names given by locals, and one for each brand" {
    params = { failover_domain_name = "standby.acme.example" }

    before = <<-EOT
      locals {
        origin = "shop"
      }

      resource "aws_cloudfront_distribution" "site" {
        for_each = toset(var.brands)
        enabled  = true

        origin {
          domain_name = "${each.key}.acme.example"
          origin_id   = local.origin

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = local.origin
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    after  = <<-EOT
      locals {
        origin = "shop"
      }

      resource "aws_cloudfront_distribution" "site" {
        for_each = toset(var.brands)
        enabled  = true

        origin {
          domain_name = "${each.key}.acme.example"
          origin_id   = local.origin

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }

        origin {
          domain_name = "standby.acme.example"
          origin_id   = "shop-failover"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          viewer_protocol_policy = "redirect-to-https"
          target_origin_id       = "shop-or-failover"
        }

        origin_group {
          origin_id = "shop-or-failover"

          failover_criteria {
            status_codes = [500, 502, 503, 504]
          }

          member {
            origin_id = "shop"
          }

          member {
            origin_id = "shop-failover"
          }
        }
      }
    EOT
  }

  example "nobody has given the second origin yet" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "a reference" {
    params = { failover_domain_name = aws_s3_bucket.replica.bucket_regional_domain_name }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "a bucket, and something else to fall back on" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "app"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "several origins" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        origin {
          domain_name = "api.acme.example"
          origin_id   = "api"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "answers are posted" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "the origin expects a header" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_header {
            name  = "X-From"
            value = var.secret
          }

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "origins from elsewhere" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        dynamic "origin" {
          for_each = var.origins

          content {
            domain_name = origin.value
            origin_id   = origin.key
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "the default behaviour asks an origin that is not there" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "shop"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }
      }
    EOT
    refused = true
  }

  example "a group of one" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }

        origin_group {
          origin_id = "group"

          failover_criteria {
            status_codes = [500]
          }

          member {
            origin_id = "app"
          }
        }
      }
    EOT
    refused = true
  }

  example "a group that never fails over" {
    params = { failover_domain_name = "standby.acme.example" }

    before  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        origin {
          domain_name = "standby.acme.example"
          origin_id   = "standby"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }

        origin_group {
          origin_id = "group"

          member {
            origin_id = "app"
          }

          member {
            origin_id = "standby"
          }
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { failover_domain_name = "standby.acme.example" }

    before    = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = "app.acme.example"
          origin_id   = "app"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        origin {
          domain_name = "standby.acme.example"
          origin_id   = "standby"
          origin_path = "/live"

          custom_origin_config {
            http_port              = 80
            https_port             = 443
            origin_protocol_policy = "https-only"
            origin_ssl_protocols   = ["TLSv1.2"]
            origin_read_timeout    = 60
          }
        }

        default_cache_behavior {
          allowed_methods        = ["GET", "HEAD"]
          cached_methods         = ["GET", "HEAD"]
          target_origin_id       = "app"
          viewer_protocol_policy = "redirect-to-https"
        }

        origin_group {
          origin_id = "group"

          failover_criteria {
            status_codes = [500, 502]
          }

          member {
            origin_id = "app"
          }

          member {
            origin_id = "standby"
          }
        }
      }
    EOT
    unchanged = true
  }
}
