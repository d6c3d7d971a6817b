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
    checkov = ["CKV_AWS_49", "CKV_AWS_1", "CKV2_AWS_40"]
    kics    = ["2f37c4a3-58b9-4afe-8a87-d7f1d2286f84"]
    snyk    = ["SNYK-CC-TF-69", "SNYK-CC-TF-119"]
    cis_aws = ["5.0.0/1.15", "3.0.0/1.16"]
  }

  target {
    resource = "data.aws_iam_policy_document"
  }

  param "policy_actions" {
    type        = "string_list"
    default     = null
    description = "Actions that the statement may allow; give them with the fix of one policy, for they are its own. Without them `*` becomes the actions of the one service that the statement's resources are of, if they are of one."
  }

  statement "statement" {
    where = statement.effect != "Deny" && anytrue([for action in statement.actions : try(action == "*" || action == "iam:*", false)])

    set {
      actions = param.policy_actions != null ? param.policy_actions : (contains(statement.actions, "iam:*") ? null : service_actions(statement.resources))
    }
  }

  applicability {
    level     = "review"
    note      = "Actions that are not named, and those of other services on the same resources, are refused from the next apply on."
    behaviour = "Actions that the policy no longer allows are refused."
  }

  example "every action, and somebody says which are needed" {
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

  example "every action on resources of one service" {
    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["*"]
          resources = [aws_s3_bucket.orders.arn, "${aws_s3_bucket.orders.arn}/*"]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["s3:*"]
          resources = [aws_s3_bucket.orders.arn, "${aws_s3_bucket.orders.arn}/*"]
        }
      }
    EOT
  }

  example "every action on a resource that is spelt out" {
    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["s3:GetObject", "*"]
          resources = ["arn:aws:s3:::acme-orders/*"]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["s3:*"]
          resources = ["arn:aws:s3:::acme-orders/*"]
        }
      }
    EOT
  }

  example "every action, from a variable" {
    params = { policy_actions = ["dynamodb:GetItem"] }

    before = <<-EOT
      variable "allowed" {
        type    = list(string)
        default = ["*"]
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = var.allowed
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
    after  = <<-EOT
      variable "allowed" {
        type    = list(string)
        default = ["*"]
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["dynamodb:GetItem"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
  }

  example "one for each name" {
    params = { policy_actions = ["dynamodb:GetItem"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        for_each = toset(var.names)

        statement {
          actions   = ["*"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        for_each = toset(var.names)

        statement {
          actions   = ["dynamodb:GetItem"]
          resources = [aws_dynamodb_table.orders.arn]
        }
      }
    EOT
  }

  example "every action on everything, and nobody has named them" {
    before  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["*"]
          resources = ["*"]
        }
      }
    EOT
    refused = true
  }

  example "every action on resources of two services" {
    before  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["*"]
          resources = [aws_sqs_queue.orders.arn, aws_sns_topic.orders.arn]
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
          resources = ["*"]
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

  example "everything about identities" {
    before  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["iam:*"]
          resources = ["arn:aws:iam::111122223333:role/orders"]
        }
      }
    EOT
    refused = true
  }
}
