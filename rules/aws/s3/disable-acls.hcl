rule "aws/s3/disable-acls" {
  title    = "Let policies alone decide about a bucket"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    ACLs can open single objects to anybody, set by whoever uploads them, and no
    policy shows it. With ACLs off the owner's policies are the whole truth.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_ownership_controls",
  ]

  aliases {
    checkov      = ["CKV2_AWS_65"]
    security_hub = ["S3.12"]
    prowler      = ["s3_bucket_acl_prohibited"]
  }

  target {
    resource = "aws_s3_bucket_ownership_controls"
  }

  set "rule.object_ownership" {
    value = "BucketOwnerEnforced"
  }

  module "terraform-aws-modules/s3-bucket/aws" {
    version = ">= 3.0"

    set "control_object_ownership" {
      value = true
    }

    set "object_ownership" {
      value = "BucketOwnerEnforced"
    }

    refuse {
      when = target.acl != null || target.grant != null
      note = "The module manages the ACL of the bucket as well, which S3 refuses once ACLs are off. Replace the ACL by a bucket policy first."
    }
  }

  refuse {
    when = length(resources("aws_s3_bucket_acl")) > 0
    note = "The module manages the ACL of a bucket as well, which S3 refuses once ACLs are off. Replace the ACL by a bucket policy first."
  }

  applicability {
    level = "review"
    note  = "Requests that set an ACL fail, and grants made by ACL end; the bucket policy must allow what they allowed."
  }

  example "object ownership wrong in writing" {
    before = <<-EOT
      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = "ObjectWriter" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = "BucketOwnerEnforced" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "ObjectWriter"
      }

      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "BucketOwnerEnforced"
      }

      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = "BucketOwnerEnforced"
        }
      }
    EOT
    unchanged = true
  }

  example "ACLs preferred" {
    before = <<-EOT
      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = "BucketOwnerPreferred"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_ownership_controls" "main" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = "BucketOwnerEnforced"
        }
      }
    EOT
  }

  example "the bucket's ACL is managed too" {
    before  = <<-EOT
      resource "aws_s3_bucket_ownership_controls" "data" {
        bucket = aws_s3_bucket.data.id

        rule {
          object_ownership = "BucketOwnerPreferred"
        }
      }

      resource "aws_s3_bucket_acl" "data" {
        bucket = aws_s3_bucket.data.id
        acl    = "log-delivery-write"
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        object_ownership = "ObjectWriter"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        object_ownership         = "BucketOwnerEnforced"
        control_object_ownership = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/s3-bucket ~> 4.0 with acl" {
    before  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/s3-bucket/aws"
        version = "~> 4.0"

        acl = "private"
      }
    EOT
    refused = true
  }
}
