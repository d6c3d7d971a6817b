rule "aws/iam/document-named-actions" {
  title    = "Name the actions a policy document allows"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A star for actions allows everything the account can do, and what AWS adds
    next year. One stolen credential with it is the whole account.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document",
  ]

  aliases {
    checkov = ["CKV_AWS_49", "CKV_AWS_1"]
  }

  target {
    resource = "data.aws_iam_policy_document"
  }

  param "policy_actions" {
    type        = "string_list"
    required    = true
    description = "Actions that the statement may allow; give them with the fix of one policy, for they are its own."
  }

  statement "statement" {
    where = statement.effect != "Deny" && contains(statement.actions, "*")

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
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["*"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:GetItem"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
  }

  example "nobody has named the actions" {
    before  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["*"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
    refused = true
  }

  example "one action" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:GetItem"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
    unchanged = true
  }

  example "everything denied" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          effect    = "Deny"
          actions   = ["*"]
          resources = ["*"]
        }
      }
    EOT
    unchanged = true
  }
}
