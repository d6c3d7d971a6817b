rule "aws/sqs/policy-named-principals" {
  title    = "Let a queue policy name who may act"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal anyone with any AWS account may read, forge or
    delete messages.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue_policy",
  ]

  aliases {
    checkov      = ["CKV_AWS_168", "CKV_AWS_387"]
    kics         = ["abb06e5f-ef9a-4a99-98c6-376d396bfcdf", "730675f9-52ed-49b6-8ead-0acb5dd7df7f"]
    terrascan    = ["AC_AWS_0365"]
    security_hub = ["SQS.3"]
    prowler      = ["sqs_queues_not_publicly_accessible"]
  }

  target {
    resource = ["aws_sqs_queue_policy", "aws_sqs_queue"]
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

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
              "Action": "sqs:SendMessage",
              "Resource": "*"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

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
              "Action": "sqs:SendMessage",
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::*:role/reader" }
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
              Action    = "sqs:SendMessage"
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sqs:SendMessage"
              Resource  = "*"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id
        policy    = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "*"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id
        policy    = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
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
      resource "aws_sqs_queue_policy" "orders" {
        for_each  = toset(var.names)
        queue_url = aws_sqs_queue.orders[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        for_each  = toset(var.names)
        queue_url = aws_sqs_queue.orders[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "in the queue itself" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sqs:SendMessage"
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

      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id
        policy    = var.policy
      }
    EOT
    refused = true
  }

  example "somebody" {
    before    = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sqs:SendMessage"
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
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "sqs:SendMessage"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
