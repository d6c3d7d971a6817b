rule "aws/s3/acl-no-public-grants" {
  title    = "Take an ACL's grants back from everybody"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The groups AllUsers and AuthenticatedUsers mean everybody on the internet
    and everybody with any AWS account. With full control they may even change
    the ACL itself.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_acl",
  ]

  aliases {
    checkov = ["CKV_AWS_375", "CKV2_AWS_43", "CKV_AWS_379"]
  }

  target {
    resource = "aws_s3_bucket_acl"
  }

  set "acl" {
    value  = "private"
    one_of = ["private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control", "aws-exec-read"]
    when   = target.acl != null
  }

  remove "access_control_policy.grant" {
    when = contains(["http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"], block.grantee.uri)
  }

  applicability {
    level = "review"
    note  = "Whoever relied on the grant gets 403 from the next apply on."
  }

  example "everybody may do anything" {
    before = <<-EOT
      resource "aws_s3_bucket_acl" "main" {
        bucket = aws_s3_bucket.data.id

        access_control_policy {
          grant {
            grantee {
              type = "Group"
              uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
            }

            permission = "FULL_CONTROL"
          }

          grant {
            grantee {
              id   = data.aws_canonical_user_id.current.id
              type = "CanonicalUser"
            }

            permission = "FULL_CONTROL"
          }

          owner {
            id = data.aws_canonical_user_id.current.id
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_acl" "main" {
        bucket = aws_s3_bucket.data.id

        access_control_policy {
          grant {
            grantee {
              id   = data.aws_canonical_user_id.current.id
              type = "CanonicalUser"
            }

            permission = "FULL_CONTROL"
          }

          owner {
            id = data.aws_canonical_user_id.current.id
          }
        }
      }
    EOT
  }

  example "a canned ACL" {
    before = <<-EOT
      resource "aws_s3_bucket_acl" "main" {
        bucket = aws_s3_bucket.data.id
        acl    = "authenticated-read"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_acl" "main" {
        bucket = aws_s3_bucket.data.id
        acl    = "private"
      }
    EOT
  }

  example "the owner only" {
    before    = <<-EOT
      resource "aws_s3_bucket_acl" "main" {
        bucket = aws_s3_bucket.data.id

        access_control_policy {
          grant {
            grantee {
              id   = data.aws_canonical_user_id.current.id
              type = "CanonicalUser"
            }

            permission = "FULL_CONTROL"
          }

          owner {
            id = data.aws_canonical_user_id.current.id
          }
        }
      }
    EOT
    unchanged = true
  }

  example "everybody with an account may read" {
    before = <<-EOT
      resource "aws_s3_bucket_acl" "data" {
        bucket = aws_s3_bucket.data.id

        access_control_policy {
          grant {
            grantee {
              id   = data.aws_canonical_user_id.current.id
              type = "CanonicalUser"
            }

            permission = "FULL_CONTROL"
          }

          grant {
            grantee {
              type = "Group"
              uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
            }

            permission = "READ"
          }

          owner {
            id = data.aws_canonical_user_id.current.id
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_acl" "data" {
        bucket = aws_s3_bucket.data.id

        access_control_policy {
          grant {
            grantee {
              id   = data.aws_canonical_user_id.current.id
              type = "CanonicalUser"
            }

            permission = "FULL_CONTROL"
          }

          owner {
            id = data.aws_canonical_user_id.current.id
          }
        }
      }
    EOT
  }

  example "a public ACL beside a policy that lets plain HTTP pass" {
    before = <<-EOT
      resource "aws_s3_bucket" "exports" {}

      resource "aws_s3_bucket_acl" "exports" {
        bucket = aws_s3_bucket.exports.id
        acl    = "public-read"
      }

      resource "aws_s3_bucket_policy" "exports" {
        bucket = aws_s3_bucket.exports.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "arn:aws:s3:::acme-exports/*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "exports" {}

      resource "aws_s3_bucket_acl" "exports" {
        bucket = aws_s3_bucket.exports.id
        acl    = "private"
      }

      resource "aws_s3_bucket_policy" "exports" {
        bucket = aws_s3_bucket.exports.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "arn:aws:s3:::acme-exports/*"
            },
          ]
        })
      }
    EOT
  }
}
