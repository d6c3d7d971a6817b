rule "aws/iam/policy-named-actions" {
  title    = "Name the actions a policy allows"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A star for actions allows everything the account can do, and what AWS adds
    next year. One stolen credential with it is the whole account.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_62", "CKV_AWS_63", "CKV2_AWS_40"]
  }

  target {
    resource = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"]
  }

  param "policy_actions" {
    type        = "string_list"
    required    = true
    description = "Actions that the statement may allow; give them with the fix of one policy, for they are its own."
  }

  statement "policy" {
    where = statement.effect != "Deny" && (contains(statement.actions, "*") || contains(statement.actions, "iam:*"))

    set {
      actions = param.policy_actions
    }
  }

  applicability {
    level = "review"
    note  = "Actions that are not named are refused from the next apply on."
  }

  example "every action" {
    params = { policy_actions = ["dynamodb:GetItem"] }

    before = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "*"
              Resource = aws_dynamodb_table.orders.arn
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["dynamodb:GetItem"]
              Resource = aws_dynamodb_table.orders.arn
            },
          ]
        })
      }
    EOT
  }

  example "everything about identities" {
    params = { policy_actions = ["dynamodb:GetItem"] }

    before = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["iam:*"]
              Resource = aws_dynamodb_table.orders.arn
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["dynamodb:GetItem"]
              Resource = aws_dynamodb_table.orders.arn
            },
          ]
        })
      }
    EOT
  }

  example "nobody has named the actions" {
    before  = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "*"
              Resource = "*"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "one action" {
    before    = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "dynamodb:GetItem"
              Resource = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
