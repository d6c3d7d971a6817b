rule "aws/glacier/policy-named-principals" {
  title    = "Let a vault policy name who may act"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal anyone with any AWS account may read or delete
    the archives.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-access-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/glacier_vault",
  ]

  aliases {
    checkov = ["CKV_AWS_167"]
  }

  target {
    resource = "aws_glacier_vault"
  }

  param "trusted_principals" {
    type        = "string_list"
    required    = true
    description = "Who may act instead of everybody: ARNs of accounts, roles or users."
  }

  statement "access_policy" {
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "glacier:InitiateJob"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "glacier:InitiateJob"
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "glacier:InitiateJob"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "glacier:InitiateJob"
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = <<-POLICY
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
              "Action": "glacier:InitiateJob",
              "Resource": "*"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = <<-POLICY
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
              "Action": "glacier:InitiateJob",
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::*:role/reader" }
              Action    = "glacier:InitiateJob"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
              Action    = "glacier:InitiateJob"
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "glacier:InitiateJob"
              Resource  = "*"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "glacier:InitiateJob"
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
      resource "aws_glacier_vault" "archive" {
        name          = "archive"
        access_policy = data.aws_iam_policy_document.archive.json
      }

      data "aws_iam_policy_document" "archive" {
        statement {
          actions   = ["glacier:InitiateJob"]
          resources = ["*"]

          principals {
            type        = "*"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name          = "archive"
        access_policy = data.aws_iam_policy_document.archive.json
      }

      data "aws_iam_policy_document" "archive" {
        statement {
          actions   = ["glacier:InitiateJob"]
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
      resource "aws_glacier_vault" "archive" {
        for_each = toset(var.names)
        name     = each.key

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "glacier:InitiateJob"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        for_each = toset(var.names)
        name     = each.key

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "glacier:InitiateJob"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "glacier:InitiateJob"
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

      resource "aws_glacier_vault" "archive" {
        name          = "archive"
        access_policy = var.policy
      }
    EOT
    refused = true
  }

  example "somebody" {
    before    = <<-EOT
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "glacier:InitiateJob"
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "glacier:InitiateJob"
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
      resource "aws_glacier_vault" "archive" {
        name = "archive"

        access_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "glacier:InitiateJob"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
