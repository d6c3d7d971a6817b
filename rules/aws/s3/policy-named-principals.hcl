rule "aws/s3/policy-named-principals" {
  title    = "Let a bucket policy name who may act"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal everybody on the internet may do what the
    statement allows, without signing in.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_policy",
  ]

  aliases {
    checkov   = ["CKV_AWS_70"]
    kics      = ["7af43613-6bb9-4a0e-8c4d-1314b799425e", "ffdf4b37-7703-4dfe-a682-9d2e99bc6c09", "d24c0755-c028-44b1-b503-8e719c898832", "1df37f4b-7197-45ce-83f8-9994d2fcf885", "66c6f96f-2d9e-417e-a998-9058aeeecd44"]
    terrascan = ["AC_AWS_0217", "AC_AWS_0218", "AC_AWS_0219", "AC_AWS_0220", "AC_AWS_0221", "AC_AWS_0224"]
    prowler   = ["s3_bucket_policy_public_write_access"]
  }

  target {
    resource = ["aws_s3_bucket_policy", "aws_s3_bucket"]
  }

  param "trusted_principals" {
    type        = "string_list"
    required    = true
    description = "Who may act instead of everybody: ARNs of accounts, roles or users."
  }

  statement "policy" {
    where = is_public(statement)

    set {
      principals = named_principals(statement.principals, param.trusted_principals)
    }
  }

  applicability {
    level     = "review"
    note      = "Everybody who is not named is refused from the next apply on."
    behaviour = "Callers that are not named are refused."
  }

  example "everybody" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "everybody, in one word" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "everybody beside somebody who is named, in a heredoc" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "Service": "events.amazonaws.com",
                "AWS": [
                  "arn:aws:iam::444455556666:role/deploy",
                  "*"
                ]
              },
              "Action": "s3:GetObject",
              "Resource": "*"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "Service": "events.amazonaws.com",
                "AWS": [
                  "arn:aws:iam::444455556666:role/deploy",
                  "arn:aws:iam::111122223333:root"
                ]
              },
              "Action": "s3:GetObject",
              "Resource": "*"
            }
          ]
        }
        POLICY
      }
    EOT
  }

  example "a role of any account" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::*:role/reader" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "a condition that bounds nobody" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "s3:GetObject"
              Resource  = "*"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "*"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
  }

  example "in a policy document" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id
        policy = data.aws_iam_policy_document.data.json
      }

      data "aws_iam_policy_document" "data" {
        statement {
          actions   = ["s3:GetObject"]
          resources = ["*"]

          principals {
            type        = "*"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id
        policy = data.aws_iam_policy_document.data.json
      }

      data "aws_iam_policy_document" "data" {
        statement {
          actions   = ["s3:GetObject"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::111122223333:root"]
          }
        }
      }
    EOT
  }

  example "one for each name" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        for_each = toset(var.names)
        bucket   = aws_s3_bucket.data[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        for_each = toset(var.names)
        bucket   = aws_s3_bucket.data[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "in the bucket itself, as older providers have it" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "the policy comes from the caller" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before  = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id
        policy = var.policy
      }
    EOT
    refused = true
  }

  example "somebody" {
    before    = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "everybody, but bounded by a condition" {
    before    = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "s3:GetObject"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "everybody is denied" {
    before    = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:GetObject"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
