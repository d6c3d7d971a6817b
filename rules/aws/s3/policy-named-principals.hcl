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
    checkov = ["CKV_AWS_70"]
  }

  target {
    resource = "aws_s3_bucket_policy"
  }

  param "trusted_principals" {
    type        = "string_list"
    required    = true
    description = "Who may act: ARNs of accounts, roles or users."
  }

  statement "policy" {
    where = statement.effect != "Deny" && anytrue([for principal in statement.principals : contains(principal.identifiers, "*")]) && length(statement.conditions) == 0

    set {
      Principal = { AWS = param.trusted_principals }
    }
  }

  applicability {
    level = "review"
    note  = "Everybody who is not named is refused from the next apply on."
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
              Principal = { AWS = ["arn:aws:iam::111122223333:root"] }
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

  example "one account" {
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
}
