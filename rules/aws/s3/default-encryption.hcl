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
  }

  applicability {
    level = "review"
    note  = "Readers and writers from other accounts need permission to use the key as well; objects that exist keep their encryption."
    cost  = "KMS requests are billed; the bucket key keeps them few."
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
