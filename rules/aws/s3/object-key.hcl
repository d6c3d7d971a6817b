rule "aws/s3/object-key" {
  title    = "Encrypt an S3 object with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An object that Terraform uploads is configuration, code or a certificate. A
    customer managed key puts a second permission before reading it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_object",
  ]

  aliases {
    checkov = ["CKV_AWS_186"]
  }

  target {
    resource = ["aws_s3_bucket_object", "aws_s3_object"]
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  refuse {
    when = try(contains(["public-read", "public-read-write"], target.acl), false)
    note = "The ACL lets anybody read the object, and anonymous readers cannot decrypt with a KMS key."
  }

  refuse {
    when = try(anytrue([for website in resources("aws_s3_bucket_website_configuration") : website.bucket == target.bucket]), false) || try(anytrue([for bucket in resources("aws_s3_bucket") : bucket.website != null && anytrue([for name in [bucket.bucket, bucket.reference.id, bucket.reference.bucket] : name == target.bucket])]), false)
    note = "The bucket serves a website to anonymous readers, and they cannot decrypt with a KMS key."
  }

  # Neither an access control nor an origin of another kind: an origin access identity, or nobody at all, reads the bucket.
  refuse {
    when = try(anytrue([for bucket in resources("aws_s3_bucket") : anytrue([for name in [bucket.bucket, bucket.reference.id, bucket.reference.bucket] : name == target.bucket]) && anytrue([for distribution in resources("aws_cloudfront_distribution") : anytrue([for origin in distribution.origin : origin.origin_access_control_id == null && origin.custom_origin_config == null && origin.vpc_origin_config == null && anytrue([for name in [bucket.reference.bucket_regional_domain_name, bucket.reference.bucket_domain_name] : name == origin.domain_name])])])]), false)
    note = "CloudFront reads the bucket with an origin access identity or without any identity, and can decrypt nothing that way. Give the distribution an origin access control first."
  }

  applicability {
    level = "review"
    note  = "Readers of the object need permission to decrypt with the key, those of the same account as well; services such as CloudFront get it in the key's policy."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket = "main"
        key    = var.key
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket     = "main"
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket     = "main"
        key        = var.key
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        for_each = toset(var.names)
        bucket   = each.key
        key      = var.key
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        for_each   = toset(var.names)
        bucket     = each.key
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket = "main"
        key    = var.key
      }
    EOT
    refused = true
  }

  example "public by its ACL" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_s3_object" "main" {
        bucket = "main"
        key    = var.key
        acl    = "public-read"
      }
    EOT
    refused = "anybody read the object"
  }

  example "in a website" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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

      resource "aws_s3_object" "main" {
        bucket = aws_s3_bucket.site.id
        key    = var.key
      }
    EOT
    refused = "serves a website"
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
          domain_name = aws_s3_bucket.site.bucket_regional_domain_name
          origin_id   = "site"

          s3_origin_config {
            origin_access_identity = aws_cloudfront_origin_access_identity.site.cloudfront_access_identity_path
          }
        }
      }

      resource "aws_s3_object" "main" {
        bucket = aws_s3_bucket.site.bucket
        key    = var.key
      }
    EOT
    refused = "origin access identity"
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

      resource "aws_s3_object" "main" {
        bucket = aws_s3_bucket.site.id
        key    = var.key
      }
    EOT
    after  = <<-EOT
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

      resource "aws_s3_object" "main" {
        bucket     = aws_s3_bucket.site.id
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
