rule "aws/iam/role-named-principals" {
  title    = "Let named principals assume a role"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal anyone with any AWS account may become this
    role and do what it may do.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role",
  ]

  aliases {
    checkov = ["CKV_AWS_60", "CKV_AWS_61"]
    kics    = ["12b7e704-37f0-4d1e-911a-44bf60c48c21"]
  }

  target {
    resource = "aws_iam_role"
  }

  param "trusted_roles" {
    type        = "string_list"
    required    = true
    description = "Who may assume the role: ARNs of roles or users. An account would let every principal in it."
  }

  statement "assume_role_policy" {
    where = is_public(statement) || statement.effect != "Deny" && length(statement.conditions) == 0 && anytrue([for principal in statement.principals : anytrue([for who in principal.identifiers : try(matches(who, "^([0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:root)$"), false)])])

    set {
      principals = named_principals([for principal in statement.principals : {
        type        = principal.type
        identifiers = [for who in principal.identifiers : try(matches(who, "^([0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:root)$") ? "*" : who, who)]
      }], param.trusted_roles)
    }
  }

  applicability {
    level     = "review"
    note      = "Everybody who is not named is refused from the next apply on."
    behaviour = "Callers that are not named are refused."
  }

  example "everybody" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
  }

  example "everybody, in one word" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
  }

  example "everybody beside somebody who is named, in a heredoc" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = <<-POLICY
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
              "Action": "sts:AssumeRole"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "Service": "events.amazonaws.com",
                "AWS": [
                  "arn:aws:iam::444455556666:role/deploy",
                  "arn:aws:iam::111122223333:role/ci"
                ]
              },
              "Action": "sts:AssumeRole"
            }
          ]
        }
        POLICY
      }
    EOT
  }

  example "a role of any account" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::*:role/reader" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
  }

  example "a condition that bounds nobody" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sts:AssumeRole"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "sts:AssumeRole"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
  }

  example "in a policy document" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name               = "orders"
        assume_role_policy = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions = ["sts:AssumeRole"]

          principals {
            type        = "*"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name               = "orders"
        assume_role_policy = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions = ["sts:AssumeRole"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::111122223333:role/ci"]
          }
        }
      }
    EOT
  }

  example "one for each name" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        for_each = toset(var.names)
        name     = each.key

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        for_each = toset(var.names)
        name     = each.key

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
  }

  example "a whole account" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "the policy comes from the caller" {
    params = { trusted_roles = ["arn:aws:iam::111122223333:role/ci"] }

    before  = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_iam_role" "orders" {
        name               = "orders"
        assume_role_policy = var.policy
      }
    EOT
    refused = true
  }

  example "somebody" {
    before    = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/ci" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "everybody, but bounded by a condition" {
    before    = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sts:AssumeRole"
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
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
