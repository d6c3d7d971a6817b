rule "aws/s3/policy-no-lockout" {
  title    = "Keep administrators able to mend a bucket policy"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A policy that denies everybody the right to change it locks out its own
    administrators too: from then on only the root user of the account can take
    it away.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    "https://repost.aws/knowledge-center/s3-accidentally-denied-access",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_93"]
  }

  target {
    resource = ["aws_s3_bucket_policy", "aws_s3_bucket"]
  }

  param "bucket_administrators" {
    type        = "string_list"
    required    = true
    description = "Who must stay able to change the policy: ARNs of roles or users, where `*` may stand for a part of a name."
  }

  statement "policy" {
    where = statement.effect == "Deny" && length(statement.conditions) == 0 && anytrue([for principal in statement.principals : contains(principal.identifiers, "*")]) && anytrue([for action in statement.actions : contains(["*", "s3:*", "s3:put*", "s3:putbucketpolicy", "s3:*bucketpolicy"], lower(action))])

    set {
      conditions = [{ test = "ArnNotLike", variable = "aws:PrincipalArn", values = param.bucket_administrators }]
    }
  }

  applicability {
    level     = "review"
    note      = "The administrators that are named keep what the account's other policies allow them; everybody else stays denied."
    behaviour = "The named administrators are no longer denied."
  }

  example "everybody is denied everything" {
    params = { bucket_administrators = ["arn:aws:iam::111122223333:role/storage-admin"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
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
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
              Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/storage-admin" } }
            },
          ]
        })
      }
    EOT
  }

  example "everybody is denied everything, in a heredoc" {
    params = { bucket_administrators = ["arn:aws:iam::111122223333:role/storage-admin"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Deny",
              "Principal": { "AWS": ["*"] },
              "Action": ["s3:PutBucketPolicy", "s3:GetObject"],
              "Resource": "arn:aws:s3:::acme-data"
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
              "Effect": "Deny",
              "Principal": { "AWS": ["*"] },
              "Action": ["s3:PutBucketPolicy", "s3:GetObject"],
              "Resource": "arn:aws:s3:::acme-data",
              "Condition": {
                "ArnNotLike": {
                  "aws:PrincipalArn": "arn:aws:iam::111122223333:role/storage-admin"
                }
              }
            }
          ]
        }
        POLICY
      }
    EOT
  }

  example "in a policy document" {
    params = { bucket_administrators = ["arn:aws:iam::111122223333:role/storage-admin"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id
        policy = data.aws_iam_policy_document.data.json
      }

      data "aws_iam_policy_document" "data" {
        statement {
          effect    = "Deny"
          actions   = ["s3:*"]
          resources = [aws_s3_bucket.data.arn]

          principals {
            type        = "AWS"
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
          effect    = "Deny"
          actions   = ["s3:*"]
          resources = [aws_s3_bucket.data.arn]

          principals {
            type        = "AWS"
            identifiers = ["*"]
          }

          condition {
            test     = "ArnNotLike"
            variable = "aws:PrincipalArn"
            values   = ["arn:aws:iam::111122223333:role/storage-admin"]
          }
        }
      }
    EOT
  }

  example "in the bucket itself, as older providers have it" {
    params = { bucket_administrators = ["arn:aws:iam::111122223333:role/storage-admin"] }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
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
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
              Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/storage-admin" } }
            },
          ]
        })
      }
    EOT
  }

  example "one for each name" {
    params = { bucket_administrators = ["arn:aws:iam::111122223333:role/storage-admin"] }

    before = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        for_each = toset(var.names)
        bucket   = aws_s3_bucket.data[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
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
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
              Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/storage-admin" } }
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who administers buckets" {
    before  = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "the policy comes from the caller" {
    params = { bucket_administrators = ["arn:aws:iam::111122223333:role/storage-admin"] }

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

  example "denied under a condition" {
    before    = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
              Condition = { Bool = { "aws:SecureTransport" = "false" } }
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "everybody is denied reading only" {
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
              Resource  = "arn:aws:s3:::acme-data/*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "somebody is denied everything" {
    before    = <<-EOT
      resource "aws_s3_bucket_policy" "data" {
        bucket = aws_s3_bucket.data.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "s3:*"
              Resource  = "arn:aws:s3:::acme-data/*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
