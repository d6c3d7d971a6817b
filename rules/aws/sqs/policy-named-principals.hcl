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
    checkov = ["CKV_AWS_168", "CKV_AWS_387"]
  }

  target {
    resource = "aws_sqs_queue_policy"
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
              Principal = { AWS = ["arn:aws:iam::111122223333:root"] }
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

  example "one account" {
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
}
