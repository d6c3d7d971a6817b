rule "aws/s3/private-acl" {
  title    = "Take a bucket's ACL back from the public"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public ACL lets everybody on the internet list or read the bucket, or
    write to it. Most known leaks of whole data sets from S3 were just that.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
  ]

  aliases {
    checkov   = ["CKV_AWS_20", "CKV_AWS_57"]
    trivy     = ["AWS-0092", "AWS-0161"]
    tfsec     = ["aws-s3-no-public-access-with-acl", "aws-cloudtrail-no-public-log-access"]
    kics      = ["38c5ee0d-7f22-4260-ab72-5073048df100", "57b9893d-33b1-4419-bcea-a717ea87e139"]
    terrascan = ["AC_AWS_0210", "AC_AWS_0211", "AC_AWS_0212", "AC_AWS_0213"]
    snyk      = ["SNYK-CC-TF-19"]
    prowler   = ["s3_bucket_public_list_acl", "s3_bucket_public_write_acl"]
  }

  target {
    resource = "aws_s3_bucket"
  }

  set "acl" {
    value  = "private"
    one_of = ["private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control", "aws-exec-read"]
    when   = target.acl != null
  }

  companion "aws_s3_bucket_acl" {
    link = "bucket"

    body {
      set "acl" {
        value  = "private"
        one_of = ["private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control", "aws-exec-read"]
      }
      bucket = target.id
    }

    when = linked("aws_s3_bucket_acl", "bucket") && linked_resource("aws_s3_bucket_acl", "bucket").acl != null
  }

  module "terraform-aws-modules/s3-bucket/aws" {
    version = ">= 3.0"

    set "acl" {
      value  = "private"
      one_of = ["private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control", "aws-exec-read"]
      when   = target.acl != null
    }
  }

  module "cloudposse/s3-bucket/aws" {
    version = ">= 0.20"

    set "acl" {
      value  = "private"
      one_of = ["private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control", "aws-exec-read"]
      when   = target.acl != null
    }
  }

  applicability {
    level    = "disruptive"
    note     = "Anonymous readers get 403 from the next apply on. Ask the owner whether the bucket is public on purpose."
    downtime = "Websites and downloads that rely on the ACL."

    runbook = <<-EOT
      1. Look at the access log for anonymous requests.
      2. If the content is meant for everybody, put CloudFront with origin access control in front first.
      3. Apply.
    EOT
  }

  example "public in the bucket itself" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
        acl    = "public-read"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
        acl    = "private"
      }
    EOT
  }

  example "public through its own resource" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_acl" "data" {
        bucket = aws_s3_bucket.data.id
        acl    = "public-read-write" # the partners upload here
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_acl" "data" {
        bucket = aws_s3_bucket.data.id
        acl    = "private" # the partners upload here
      }
    EOT
  }

  example "private" {
    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
        acl    = "private"
      }
    EOT
    unchanged = true
  }

  example "log delivery" {
    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_acl" "data" {
        bucket = aws_s3_bucket.data.id
        acl    = "log-delivery-write"
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "acl" {
        type    = string
        default = "public-read"
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
        acl    = var.acl
      }
    EOT
    after  = <<-EOT
      variable "acl" {
        type    = string
        default = "private"
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
        acl    = var.acl
      }
    EOT
  }

  example "one bucket per tenant" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
        acl      = "public-read"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
        acl      = "private"
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        acl = "public-read"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        acl = "private"
      }
    EOT
  }

  example "the published module cloudposse/s3-bucket 4.2.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        acl = "public-read"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/s3-bucket/aws"
        version = "4.2.0"

        acl = "private"
      }
    EOT
  }
}
