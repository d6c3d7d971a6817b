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
    checkov      = ["CKV_AWS_62", "CKV_AWS_63", "CKV2_AWS_40"]
    kics         = ["2f37c4a3-58b9-4afe-8a87-d7f1d2286f84", "132a8c31-9837-4203-9fd1-15ca210c7b73"]
    terrascan    = ["AC_AWS_0143", "AC_AWS_0144", "AC_AWS_0147", "AC_AWS_0474"]
    snyk         = ["SNYK-CC-TF-69", "SNYK-CC-TF-119"]
    security_hub = ["IAM.1"]
    prowler      = ["iam_customer_attached_policy_no_administrative_privileges", "iam_customer_unattached_policy_no_administrative_privileges", "iam_inline_policy_no_administrative_privileges"]
    cis_aws      = ["5.0.0/1.15", "3.0.0/1.16"]
  }

  target {
    resource = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", "aws_ssoadmin_permission_set_inline_policy"]
  }

  param "policy_actions" {
    type        = "string_list"
    default     = null
    description = "Actions that the statement may allow; give them with the fix of one policy, for they are its own. Without them `*` becomes the actions of the one service that the statement's resources are of, if they are of one."
  }

  statement "policy" {
    where = statement.effect != "Deny" && anytrue([for action in statement.actions : try(action == "*" || action == "iam:*", false)])

    set {
      actions = param.policy_actions != null ? param.policy_actions : (contains(statement.actions, "iam:*") ? null : service_actions(statement.resources))
    }
  }

  statement "inline_policy" {
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

  example "every action on resources of one service" {
    before = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "*"
              Resource = [aws_s3_bucket.orders.arn, "${aws_s3_bucket.orders.arn}/*"]
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
              Action   = ["s3:*"]
              Resource = [aws_s3_bucket.orders.arn, "${aws_s3_bucket.orders.arn}/*"]
            },
          ]
        })
      }
    EOT
  }

  example "every action on a resource that is spelt out" {
    before = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["s3:GetObject", "*"]
              Resource = "arn:aws:s3:::acme-orders/*"
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
              Action   = ["s3:*"]
              Resource = "arn:aws:s3:::acme-orders/*"
            },
          ]
        })
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

      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = var.allowed
              Resource = aws_dynamodb_table.orders.arn
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      variable "allowed" {
        type    = list(string)
        default = ["*"]
      }

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

  example "one for each name" {
    params = { policy_actions = ["dynamodb:GetItem"] }

    before = <<-EOT
      resource "aws_iam_policy" "orders" {
        for_each = toset(var.names)
        name     = "orders"

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
        for_each = toset(var.names)
        name     = "orders"

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

  example "everything about identities, and nobody has named the actions" {
    before  = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["iam:*"]
              Resource = "arn:aws:iam::111122223333:role/orders"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "in a heredoc" {
    before = <<-EOT
      resource "aws_iam_role_policy" "orders" {
        name = "orders"
        role = aws_iam_role.orders.id

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": ["*"],
              "Resource": "arn:aws:s3:::acme-orders/*"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role_policy" "orders" {
        name = "orders"
        role = aws_iam_role.orders.id

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": ["s3:*"],
              "Resource": "arn:aws:s3:::acme-orders/*"
            }
          ]
        }
        POLICY
      }
    EOT
  }

  example "in a policy document" {
    before = <<-EOT
      resource "aws_iam_policy" "orders" {
        name   = "orders"
        policy = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["*"]
          resources = [aws_sqs_queue.orders.arn]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_policy" "orders" {
        name   = "orders"
        policy = data.aws_iam_policy_document.orders.json
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:*"]
          resources = [aws_sqs_queue.orders.arn]
        }
      }
    EOT
  }

  example "the policy comes from the caller" {
    params = { policy_actions = ["dynamodb:GetItem"] }

    before  = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_iam_policy" "orders" {
        name   = "orders"
        policy = var.policy
      }
    EOT
    refused = true
  }

  example "every action on everything, and nobody has named them" {
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

  example "every action on resources of two services" {
    before  = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "*"
              Resource = [aws_sqs_queue.orders.arn, aws_sns_topic.orders.arn]
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

  example "everything denied" {
    before    = <<-EOT
      resource "aws_iam_policy" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Deny"
              Action   = "*"
              Resource = "*"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "of a permission set" {
    before = <<-EOT
      resource "aws_ssoadmin_permission_set_inline_policy" "orders" {
        instance_arn       = var.instance_arn
        permission_set_arn = aws_ssoadmin_permission_set.orders.arn

        inline_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "*"
              Resource = "arn:aws:s3:::acme-orders/*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_ssoadmin_permission_set_inline_policy" "orders" {
        instance_arn       = var.instance_arn
        permission_set_arn = aws_ssoadmin_permission_set.orders.arn

        inline_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["s3:*"]
              Resource = "arn:aws:s3:::acme-orders/*"
            },
          ]
        })
      }
    EOT
  }
}
