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
    checkov = ["CKV_AWS_169"]
  }

  target {
    resource = "aws_sns_topic_policy"
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
              Principal = { AWS = ["arn:aws:iam::111122223333:root"] }
              Action    = "sns:Publish"
              Resource  = "*"
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

  example "one account" {
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
}
