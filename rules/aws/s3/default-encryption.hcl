rule "aws/s3/default-encryption" {
  title    = "Encrypt new objects in an S3 bucket with a KMS key by default"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    S3 encrypts everything since 2023, but with keys that S3 alone controls.
    With a KMS key each read needs a second permission, is logged in CloudTrail,
    and can be cut off by disabling the key.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_server_side_encryption_configuration",
  ]

  aliases {
    checkov      = ["CKV_AWS_145", "CKV_AWS_19"]
    trivy        = ["AWS-0088"]
    tfsec        = ["aws-s3-enable-bucket-encryption"]
    kics         = ["6726dcc0-5ff5-459d-b473-a780bef7665c"]
    terrascan    = ["AC_AWS_0207"]
    snyk         = ["SNYK-CC-TF-4"]
    security_hub = ["S3.17"]
    prowler      = ["s3_bucket_kms_encryption"]
  }

  target {
    resource = "aws_s3_bucket"

    reached_from "aws_s3_bucket_server_side_encryption_configuration" {
      argument = "bucket"
    }
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an ARN or a reference such as aws_kms_key.data.arn. Null means the AWS managed key aws/s3."
  }

  companion "aws_s3_bucket_server_side_encryption_configuration" {
    link = "bucket"

    body {
      bucket = target.id

      rule {
        apply_server_side_encryption_by_default {
          set "sse_algorithm" {
            value  = "aws:kms"
            one_of = ["aws:kms", "aws:kms:dsse"]
          }
          set "kms_master_key_id" {
            value = param.kms_key
            keep  = true
            # A bucket that has KMS already keeps its key: who reads it may lack permission to use another.
            when = param.kms_key != null && !contains(["aws:kms", "aws:kms:dsse"], linked_resource("aws_s3_bucket_server_side_encryption_configuration", "bucket").rule.apply_server_side_encryption_by_default.sse_algorithm)
          }
        }
        set "bucket_key_enabled" {
          value = true
          keep  = true
          when  = !linked("aws_s3_bucket_server_side_encryption_configuration", "bucket")
        }
      }
    }

    inline {
      version = "< 4.0"

      set "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id" {
        value   = param.kms_key
        present = true
        when    = param.kms_key != null && !contains(["aws:kms", "aws:kms:dsse"], target.server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm)
      }

      set "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm" {
        value  = "aws:kms"
        one_of = ["aws:kms", "aws:kms:dsse"]
      }
    }
  }

  module "terraform-aws-modules/s3-bucket/aws" {
    version = ">= 3.0"

    set "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id" {
      value   = param.kms_key
      present = true
      when    = param.kms_key != null && !contains(["aws:kms", "aws:kms:dsse"], target.server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm)
    }

    set "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm" {
      value  = "aws:kms"
      one_of = ["aws:kms", "aws:kms:dsse"]
    }

    refuse {
      when = try(target.attach_elb_log_delivery_policy == true, false) || try(target.attach_lb_log_delivery_policy == true, false) || try(target.attach_access_log_delivery_policy == true, false) || linked("aws_lb", "access_logs.bucket") || linked("aws_alb", "access_logs.bucket") || linked("aws_elb", "access_logs.bucket") || linked("aws_s3_bucket_logging", "target_bucket")
      note = "Load balancers or S3 itself write access logs here. Application and Classic Load Balancers and S3 deliver to buckets with keys of S3 (`AES256`) only, Network Load Balancers to a customer managed key only if its policy lets them."
    }

    refuse {
      when = try(length(target.website) > 0, false) || linked("aws_cloudfront_distribution", "origin[*].domain_name") && try(anytrue([for origin in linked_resource("aws_cloudfront_distribution", "origin[*].domain_name").origin : origin.origin_access_control_id == null && origin.custom_origin_config == null && origin.vpc_origin_config == null]), false)
      note = "The bucket is read anonymously or by CloudFront with an origin access identity, and neither can decrypt with a KMS key. Give CloudFront an origin access control first."
    }
  }

  module "cloudposse/s3-bucket/aws" {
    version = ">= 0.20"

    set "kms_master_key_arn" {
      value   = param.kms_key
      present = true
      when    = param.kms_key != null && !contains(["aws:kms", "aws:kms:dsse"], target.sse_algorithm)
    }

    set "sse_algorithm" {
      value  = "aws:kms"
      one_of = ["aws:kms", "aws:kms:dsse"]
    }

    refuse {
      when = linked("aws_lb", "access_logs.bucket") || linked("aws_alb", "access_logs.bucket") || linked("aws_elb", "access_logs.bucket") || linked("aws_s3_bucket_logging", "target_bucket")
      note = "Load balancers or S3 itself write access logs here. Application and Classic Load Balancers and S3 deliver to buckets with keys of S3 (`AES256`) only, Network Load Balancers to a customer managed key only if its policy lets them."
    }

    refuse {
      when = try(length(target.website_configuration) > 0, false) || linked("aws_cloudfront_distribution", "origin[*].domain_name") && try(anytrue([for origin in linked_resource("aws_cloudfront_distribution", "origin[*].domain_name").origin : origin.origin_access_control_id == null && origin.custom_origin_config == null && origin.vpc_origin_config == null]), false)
      note = "The bucket is read anonymously or by CloudFront with an origin access identity, and neither can decrypt with a KMS key. Give CloudFront an origin access control first."
    }
  }

  refuse {
    when = linked("aws_lb", "access_logs.bucket") || linked("aws_alb", "access_logs.bucket") || linked("aws_elb", "access_logs.bucket") || linked("aws_lb", "connection_logs.bucket") || linked("aws_alb", "connection_logs.bucket")
    note = "A load balancer writes its logs here. Application and Classic Load Balancers deliver to buckets with keys of S3 (`AES256`) only, Network Load Balancers to a customer managed key only if its policy lets them."
  }

  refuse {
    when = linked("aws_s3_bucket_logging", "target_bucket") || linked("aws_s3_bucket", "logging.target_bucket")
    note = "S3 writes the access logs of another bucket here, and delivers them to buckets with keys of S3 (`AES256`) only."
  }

  refuse {
    when = linked("aws_redshift_logging", "bucket_name") || linked("aws_redshift_cluster", "logging.bucket_name")
    note = "Redshift writes its audit logs here, and delivers them to buckets with keys of S3 (`AES256`) only."
  }

  refuse {
    when = linked("aws_cloudfront_distribution", "logging_config.bucket") || try(anytrue([for distribution in resources("aws_cloudfront_distribution") : startswith(distribution.logging_config.bucket, format("%s.s3.", target.bucket))]), false)
    note = "CloudFront writes its logs here. It cannot use the AWS managed key, and a customer managed one only if the policy of the key lets delivery.logs.amazonaws.com generate data keys. Change the key's policy first, then this bucket."
  }

  # Neither an access control nor an origin of another kind: an origin access identity, or nobody at all, reads the bucket.
  refuse {
    when = linked("aws_cloudfront_distribution", "origin[*].domain_name") && try(anytrue([for origin in linked_resource("aws_cloudfront_distribution", "origin[*].domain_name").origin : origin.origin_access_control_id == null && origin.custom_origin_config == null && origin.vpc_origin_config == null]), false)
    note = "CloudFront reads this bucket with an origin access identity or without any identity, and can decrypt nothing that way. Give the distribution an origin access control first."
  }

  refuse {
    when = param.kms_key == null && linked("aws_cloudfront_distribution", "origin[*].domain_name")
    note = "CloudFront reads this bucket and cannot use the AWS managed key. Set `kms_key` to a customer managed key whose policy lets CloudFront decrypt."
  }

  refuse {
    when = linked("aws_s3_bucket_website_configuration", "bucket")
    note = "The bucket serves a website to anonymous readers, and they cannot decrypt with a KMS key."
  }

  # Also a dynamic block that is made for some and not for others.
  refuse {
    when = target.website != null
    note = "The bucket has a `website` block: the readers of a website are anonymous, and they cannot decrypt with a KMS key."
  }

  applicability {
    level = "review"
    note  = "With a customer managed key all readers and writers, those of the same account as well, need permission to use it; other accounts and services such as CloudFront get it in the key's policy. With the AWS managed key only principals of the same account can read and write new objects. Objects that exist keep their encryption."
    cost  = "KMS requests are billed; the bucket key keeps them few."

    lower "disruptive" {
      when = try(contains(["public-read", "public-read-write"], target.acl), false) || try(contains(["public-read", "public-read-write"], linked_resource("aws_s3_bucket_acl", "bucket").acl), false)
      note = "The bucket's ACL lets anybody read it, and anonymous readers cannot decrypt with a KMS key. Ask the owner who reads it."
    }
  }

  example "no encryption configured" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
          bucket_key_enabled = true
        }
      }
    EOT
  }

  example "keys that S3 controls" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "AES256" # the default
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms" # the default
          }
        }
      }
    EOT
  }

  example "with the organisation's key" {
    params = { kms_key = aws_kms_key.data.arn }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_kms_key" "data" {
        enable_key_rotation = true
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm     = "aws:kms"
            kms_master_key_id = aws_kms_key.data.arn
          }
          bucket_key_enabled = true
        }
      }

      resource "aws_kms_key" "data" {
        enable_key_rotation = true
      }
    EOT
  }

  example "already encrypted with a key" {
    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            kms_master_key_id = var.key
            sse_algorithm     = "aws:kms"
          }
        }
      }
    EOT
    unchanged = true
  }

  example "an older provider" {
    before = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 3.74"
          }
        }
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 3.74"
          }
        }
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        server_side_encryption_configuration {
          rule {
            apply_server_side_encryption_by_default {
              sse_algorithm = "aws:kms"
            }
          }
        }
      }
    EOT
  }

  example "one bucket per tenant" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        for_each = toset(var.tenants)

        bucket = aws_s3_bucket.data[each.key].id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
          bucket_key_enabled = true
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        server_side_encryption_configuration = {
          rule = {
            apply_server_side_encryption_by_default = {
              sse_algorithm = "aws:kms"
            }
          }
        }
      }
    EOT
  }

  example "the published module cloudposse/s3-bucket 4.2.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        sse_algorithm = "AES256"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        sse_algorithm = "aws:kms"
      }
    EOT
  }

  example "a bucket key without an algorithm" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {}

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          bucket_key_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {}

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          bucket_key_enabled = true

          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
        }
      }
    EOT
  }

  example "an older provider, with the organisation's key" {
    params = { kms_key = aws_kms_key.data.arn }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        server_side_encryption_configuration {
          rule {
            apply_server_side_encryption_by_default {
              sse_algorithm = "AES256"
            }
          }
        }
      }

      resource "aws_kms_key" "data" {
        enable_key_rotation = true
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        server_side_encryption_configuration {
          rule {
            apply_server_side_encryption_by_default {
              sse_algorithm     = "aws:kms"
              kms_master_key_id = aws_kms_key.data.arn
            }
          }
        }
      }

      resource "aws_kms_key" "data" {
        enable_key_rotation = true
      }
    EOT
  }

  example "the logs of a load balancer" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_s3_bucket" "logs" {
        bucket = "acme-alb-logs"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
        bucket = aws_s3_bucket.logs.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "AES256"
          }
        }
      }

      resource "aws_lb" "app" {
        name = "app"

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = true
        }
      }
    EOT
    refused = "A load balancer writes its logs here."
  }

  example "the logs of a classic load balancer, which says the bucket's name" {
    before  = <<-EOT
      resource "aws_s3_bucket" "logs" {
        bucket = "acme-elb-logs"
      }

      resource "aws_elb" "app" {
        name = "app"

        access_logs {
          bucket = "acme-elb-logs"
        }
      }
    EOT
    refused = "A load balancer writes its logs here."
  }

  example "the access logs of another bucket" {
    address = "aws_s3_bucket.logs"

    before  = <<-EOT
      resource "aws_s3_bucket" "logs" {
        bucket = "acme-logs"
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_logging" "data" {
        bucket        = aws_s3_bucket.data.id
        target_bucket = aws_s3_bucket.logs.id
        target_prefix = "data/"
      }
    EOT
    refused = "S3 writes the access logs of another bucket here"
  }

  example "the access logs of another bucket, with an older provider" {
    address = "aws_s3_bucket.logs"

    before  = <<-EOT
      resource "aws_s3_bucket" "logs" {
        bucket = "acme-logs"
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        logging {
          target_bucket = aws_s3_bucket.logs.id
        }
      }
    EOT
    refused = "S3 writes the access logs of another bucket here"
  }

  example "the bucket whose access is logged" {
    address = "aws_s3_bucket.data"

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_logging" "data" {
        bucket        = aws_s3_bucket.data.id
        target_bucket = "acme-logs"
        target_prefix = "data/"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
          bucket_key_enabled = true
        }
      }

      resource "aws_s3_bucket_logging" "data" {
        bucket        = aws_s3_bucket.data.id
        target_bucket = "acme-logs"
        target_prefix = "data/"
      }
    EOT
  }

  example "the audit logs of Redshift" {
    before  = <<-EOT
      resource "aws_s3_bucket" "logs" {
        bucket = "acme-logs"
      }

      resource "aws_redshift_logging" "main" {
        cluster_identifier   = "main"
        log_destination_type = "s3"
        bucket_name          = aws_s3_bucket.logs.id
      }
    EOT
    refused = "Redshift writes its audit logs here"
  }

  example "the logs of CloudFront" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_s3_bucket" "logs" {
        bucket = "acme-logs"
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        logging_config {
          bucket = "acme-logs.s3.amazonaws.com"
        }
      }
    EOT
    refused = "CloudFront writes its logs here."
  }

  example "read with an origin access identity" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

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

        origin {
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }
      }
    EOT
    refused = "CloudFront reads this bucket with an origin access identity"
  }

  example "read with an origin access control" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "site" {
        bucket = aws_s3_bucket.site.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm     = "aws:kms"
            kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
          bucket_key_enabled = true
        }
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }
    EOT
  }

  example "read with an origin access control, and no key of one's own" {
    before  = <<-EOT
      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id                = "site"
          origin_access_control_id = aws_cloudfront_origin_access_control.site.id
        }
      }
    EOT
    refused = "cannot use the AWS managed key"
  }

  example "a website" {
    before  = <<-EOT
      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"
      }

      resource "aws_s3_bucket_website_configuration" "site" {
        bucket = aws_s3_bucket.site.id

        index_document {
          suffix = "index.html"
        }
      }
    EOT
    refused = "serves a website"
  }

  example "the logs of a load balancer, in the published module" {
    before  = <<-EOT
      module "logs" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        bucket = "acme-alb-logs"
      }

      resource "aws_lb" "app" {
        name = "app"

        access_logs {
          bucket = module.logs.s3_bucket_id
        }
      }
    EOT
    refused = "access logs here"
  }

  example "the published module that lets load balancers write" {
    before  = <<-EOT
      module "logs" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        attach_lb_log_delivery_policy = true
      }
    EOT
    refused = "access logs here"
  }

  example "read with an origin access identity, in the published module" {
    before  = <<-EOT
      module "site" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"
      }

      resource "aws_cloudfront_distribution" "site" {
        enabled = true

        origin {
          domain_name = module.site.bucket_regional_domain_name
          origin_id   = "site"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }
      }
    EOT
    refused = "read anonymously or by CloudFront"
  }

  example "a website, in the published module" {
    before  = <<-EOT
      module "site" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        website = {
          index_document = "index.html"
        }
      }
    EOT
    refused = "read anonymously or by CloudFront"
  }

  example "the access logs of another bucket, in the published module" {
    before  = <<-EOT
      module "logs" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"
      }

      resource "aws_s3_bucket_logging" "data" {
        bucket        = "acme-data"
        target_bucket = module.logs.bucket_id
        target_prefix = "data/"
      }
    EOT
    refused = "access logs here"
  }

  example "a public bucket" {
    applicability = "disruptive"

    before = <<-EOT
      resource "aws_s3_bucket" "assets" {
        bucket = "acme-assets"
        acl    = "public-read"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "assets" {
        bucket = "acme-assets"
        acl    = "public-read"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
        bucket = aws_s3_bucket.assets.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
          bucket_key_enabled = true
        }
      }
    EOT
  }

  example "a public bucket, by an ACL of its own" {
    applicability = "disruptive"

    before = <<-EOT
      resource "aws_s3_bucket" "assets" {
        bucket = "acme-assets"
      }

      resource "aws_s3_bucket_acl" "assets" {
        bucket = aws_s3_bucket.assets.id
        acl    = "public-read"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "assets" {
        bucket = "acme-assets"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
        bucket = aws_s3_bucket.assets.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
          bucket_key_enabled = true
        }
      }

      resource "aws_s3_bucket_acl" "assets" {
        bucket = aws_s3_bucket.assets.id
        acl    = "public-read"
      }
    EOT
  }

  example "a website with an older provider" {
    before  = <<-EOT
      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"

        website {
          index_document = "index.html"
        }
      }
    EOT
    refused = "has a `website` block"
  }

  example "a website that a variable switches" {
    before  = <<-EOT
      variable "website" {
        type = bool
      }

      resource "aws_s3_bucket" "site" {
        bucket = "acme-site"

        dynamic "website" {
          for_each = var.website ? ["index.html"] : []

          content {
            index_document = website.value
          }
        }
      }
    EOT
    refused = "has a `website` block"
  }

  example "encrypted already with the key of AWS, and the organisation has one" {
    params = { kms_key = aws_kms_key.data.arn }

    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
        }
      }
    EOT
    unchanged = true
  }

  example "keys that S3 controls, and the organisation has one" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "AES256"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          apply_server_side_encryption_by_default {
            sse_algorithm = "aws:kms"
          }
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0 with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        server_side_encryption_configuration = {
          rule = {
            apply_server_side_encryption_by_default = {
              kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
              sse_algorithm     = "aws:kms"
            }
          }
        }
      }
    EOT
  }

  example "the published module cloudposse/s3-bucket 4.2.0, encrypted already" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        sse_algorithm = "aws:kms"
      }
    EOT
    unchanged = true
  }
}
