rule "aws/s3/access-logging" {
  title    = "Log who reads and writes a bucket"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The log says who asked for which object, when and from where. After a leak
    it is the only way to tell what was taken.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
  ]

  aliases {
    checkov      = ["CKV_AWS_18"]
    trivy        = ["AWS-0089", "AWS-0163"]
    tfsec        = ["aws-s3-enable-bucket-logging", "aws-cloudtrail-require-bucket-access-logging"]
    kics         = ["f861041c-8c9f-4156-acfc-5e6e524f5884"]
    terrascan    = ["AC_AWS_0497"]
    snyk         = ["SNYK-CC-TF-45"]
    security_hub = ["S3.9", "CloudTrail.7"]
    prowler      = ["s3_bucket_server_access_logging_enabled"]
    cis_aws      = ["5.0.0/3.4", "3.0.0/3.4"]
  }

  target {
    resource = "aws_s3_bucket"
  }

  param "log_bucket" {
    type        = "expression"
    required    = true
    description = "Bucket for the logs, in the same region and account: a name or a reference such as aws_s3_bucket.logs.id."
  }

  companion "aws_s3_bucket_logging" {
    link = "bucket"

    body {
      bucket = target.id

      set "target_bucket" {
        value = param.log_bucket
        keep  = true
      }
      # The bucket's own name: modules call theirs alike, and the logs of all of them would lie under one prefix.
      set "target_prefix" {
        value = format("%s/", target.id)
        keep  = true
      }
    }

    inline {
      version = "< 4.0"

      set "logging.target_bucket" {
        value   = param.log_bucket
        present = true
      }
    }
  }

  module "terraform-aws-modules/s3-bucket/aws" {
    version = ">= 3.0"

    set "logging.target_bucket" {
      value   = param.log_bucket
      present = true
    }

    set "logging.target_prefix" {
      value   = format("%s/", target.bucket != null ? target.bucket : resource.name)
      present = true
    }
  }

  applicability {
    level = "safe"
    cost  = "Stored logs are billed by S3."
  }

  example "no logging" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_logging" "data" {
        bucket = aws_s3_bucket.data.id

        target_bucket = "acme-logs"
        target_prefix = "${aws_s3_bucket.data.id}/"
      }
    EOT
  }

  example "nobody has given the log bucket yet" {
    before  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    refused = true
  }

  example "logged elsewhere in the module" {
    params = { log_bucket = "acme-logs" }

    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_logging" "this" {
        bucket        = aws_s3_bucket.data.bucket
        target_bucket = aws_s3_bucket.logs.id
        target_prefix = "data/"
      }
    EOT
    unchanged = true
  }

  example "an older provider" {
    params = { log_bucket = "acme-logs" }

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

        logging {
          target_bucket = "acme-logs"
        }
      }
    EOT
  }

  example "one bucket per tenant" {
    params = { log_bucket = "acme-logs" }

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

      resource "aws_s3_bucket_logging" "data" {
        for_each = toset(var.tenants)

        bucket = aws_s3_bucket.data[each.key].id

        target_bucket = "acme-logs"
        target_prefix = "${aws_s3_bucket.data[each.key].id}/"
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0" {
    params = {
      log_bucket = "acme-logs"
    }

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

        logging = { target_bucket = "acme-logs", target_prefix = "main/" }
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0, one for each name" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      module "main" {
        for_each = toset(var.names)
        source   = "terraform-aws-modules/s3-bucket/aws"
        version  = "~> 4.0"

        bucket = "acme-${each.key}"
      }
    EOT
    after  = <<-EOT
      module "main" {
        for_each = toset(var.names)
        source   = "terraform-aws-modules/s3-bucket/aws"
        version  = "~> 4.0"

        bucket  = "acme-${each.key}"
        logging = { target_bucket = "acme-logs", target_prefix = "acme-${each.key}/" }
      }
    EOT
  }
}
