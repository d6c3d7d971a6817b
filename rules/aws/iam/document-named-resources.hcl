rule "aws/iam/document-named-resources" {
  title    = "Name the resources a policy document is about"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A statement over all resources gives whoever gets the policy every table,
    key and role of the account, those made tomorrow included.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document",
  ]

  aliases {
    checkov = ["CKV_AWS_356", "CKV_AWS_111", "CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110"]
  }

  target {
    resource = "data.aws_iam_policy_document"
  }

  param "policy_resources" {
    type        = "string_list"
    required    = true
    description = "ARNs that the statement may act on; give them with the fix of one policy, for they are its own."
  }

  statement "statement" {
    where = statement.effect != "Deny" && anytrue([for resource in statement.resources : try(resource == "*", false)]) && length(statement.conditions) == 0

    set {
      resources = param.policy_resources
    }
  }

  applicability {
    level = "review"
    note  = "Whoever relied on other resources is refused from the next apply on."
  }

  example "every resource" {
    params = { policy_resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:PutItem"]
          resources = ["*"]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:PutItem"]
          resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"]
        }
      }
    EOT
  }

  example "nobody has named the resources" {
    before  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:PutItem"]
          resources = ["*"]
        }
      }
    EOT
    refused = true
  }

  example "one table" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:PutItem"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
    unchanged = true
  }

  example "a condition bounds it" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:PutItem"]
          resources = ["*"]

          condition {
            test     = "StringEquals"
            variable = "aws:ResourceTag/team"
            values   = ["orders"]
          }
        }
      }
    EOT
    unchanged = true
  }
}
