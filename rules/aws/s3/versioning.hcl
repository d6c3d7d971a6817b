rule "aws/s3/versioning" {
  title    = "Keep old versions of the objects in an S3 bucket"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without versioning an overwrite or a delete is final, be it a mistake, a bug
    or ransomware. With it the earlier version stays readable until a lifecycle
    rule expires it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_versioning",
  ]

  aliases {
    checkov      = ["CKV_AWS_21"]
    trivy        = ["AWS-0090"]
    tfsec        = ["aws-s3-enable-versioning"]
    kics         = ["568a4d22-3517-44a6-a7ad-6a7eed88722c"]
    terrascan    = ["AC_AWS_0214"]
    snyk         = ["SNYK-CC-TF-124"]
    security_hub = ["S3.14"]
    prowler      = ["s3_bucket_object_versioning"]
  }

  target {
    resource = "aws_s3_bucket"

    reached_from "aws_s3_bucket_versioning" {
      argument = "bucket"
    }
  }

  companion "aws_s3_bucket_versioning" {
    link = "bucket"

    body {
      bucket = target.id

      versioning_configuration {
        status = "Enabled"
      }
    }

    inline {
      version = "< 4.0"

      set "versioning.enabled" {
        value   = true
        default = false
      }
    }
  }

  module "terraform-aws-modules/s3-bucket/aws" {
    set "versioning.enabled" {
      value = true
      when  = target.versioning.status == null
    }

    set "versioning.status" {
      value  = true
      one_of = [true, "true", "Enabled", "enabled"]
      when   = target.versioning.status != null
    }
  }

  module "cloudposse/s3-bucket/aws" {
    version = ">= 0.20"

    set "versioning_enabled" {
      value = true
    }
  }

  applicability {
    level = "review"
    note  = "Every overwrite and delete keeps the earlier object from now on."
    cost  = "Old versions are billed like objects until a lifecycle rule expires them."
  }

  example "no versioning" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Enabled"
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

      resource "aws_s3_bucket_versioning" "data" {
        for_each = toset(var.tenants)

        bucket = aws_s3_bucket.data[each.key].id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
  }

  example "versioning suspended elsewhere" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_versioning" "this" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Suspended" # until the migration is over
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_versioning" "this" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Enabled" # until the migration is over
        }
      }
    EOT
  }

  example "already versioned" {
    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.bucket

        versioning_configuration {
          status = "Enabled"
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

        versioning {
          enabled = true
        }
      }
    EOT
  }

  example "the published module" {
    before = <<-EOT
      module "bucket" {
        source = "terraform-aws-modules/s3-bucket/aws"

        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      module "bucket" {
        source = "terraform-aws-modules/s3-bucket/aws"

        bucket     = "acme-data"
        versioning = { enabled = true }
      }
    EOT
  }

  example "the published module cloudposse/s3-bucket 4.2.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        versioning_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        versioning_enabled = true
      }
    EOT
  }
}
