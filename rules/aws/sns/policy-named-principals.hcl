rule "aws/sns/policy-named-principals" {
  title    = "Let a topic policy name who may act"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal anyone with any AWS account may publish to the
    topic or listen to it.
  EOT

  references = [
    "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic_policy",
  ]

  aliases {
    checkov      = ["CKV_AWS_169"]
    kics         = ["b26d2b7e-60f6-413d-a3a1-a57db24aa2b3"]
    terrascan    = ["AC_AWS_0385"]
    security_hub = ["SNS.4"]
    prowler      = ["sns_topics_not_publicly_accessible"]
  }

  target {
    resource = ["aws_sns_topic_policy", "aws_sns_topic"]
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
      # Which accounts those are is said as well, so that a topic is never shared by an oversight. Services carry no account, and are not asked for one.
      conditions = alltrue([for principal in named_principals(statement.principals, param.trusted_principals) : principal.type == "AWS" && alltrue([for who in principal.identifiers : try(length(split(":", who)[4]) > 0, false)])]) ? [{
        test     = "StringEquals"
        variable = "aws:PrincipalAccount"
        values   = distinct([for who in flatten([for principal in named_principals(statement.principals, param.trusted_principals) : principal.identifiers]) : split(":", who)[4]])
      }] : []
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
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sns:Publish"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
            },
          ]
        })
      }
    EOT
  }

  example "everybody, in one word" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sns:Publish"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
            },
          ]
        })
      }
    EOT
  }

  example "everybody beside somebody who is named, in a heredoc" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

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
              "Action": "sns:Publish",
              "Resource": "*"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

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
              "Action": "sns:Publish",
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
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::*:role/reader" }
              Action    = "sns:Publish"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
            },
          ]
        })
      }
    EOT
  }

  example "a condition that bounds nobody" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { Bool = { "aws:SecureTransport" = "true" }, StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
            },
          ]
        })
      }
    EOT
  }

  example "in a policy document" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn    = aws_sns_topic.orders.arn
        policy = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sns:Publish"]
          resources = ["*"]

          principals {
            type        = "*"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn    = aws_sns_topic.orders.arn
        policy = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sns:Publish"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::111122223333:root"]
          }

          condition {
            test     = "StringEquals"
            variable = "aws:PrincipalAccount"
            values   = ["111122223333"]
          }
        }
      }
    EOT
  }

  example "one for each name" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        for_each = toset(var.names)
        arn      = aws_sns_topic.orders[each.key].arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sns:Publish"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        for_each = toset(var.names)
        arn      = aws_sns_topic.orders[each.key].arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
            },
          ]
        })
      }
    EOT
  }

  example "in the topic itself" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sns_topic" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sns:Publish"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sns_topic" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sns:Publish"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sns:Publish"
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

      resource "aws_sns_topic_policy" "orders" {
        arn    = aws_sns_topic.orders.arn
        policy = var.policy
      }
    EOT
    refused = true
  }

  example "somebody" {
    before    = <<-EOT
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sns:Publish"
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
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sns:Publish"
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
      resource "aws_sns_topic_policy" "orders" {
        arn = aws_sns_topic.orders.arn

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "sns:Publish"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
