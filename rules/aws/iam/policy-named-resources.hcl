rule "aws/iam/policy-named-resources" {
  title    = "Name the resources a policy is about"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A statement over all resources gives whoever has the policy every table, key
    and role of the account, those made tomorrow included.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_355", "CKV_AWS_290", "CKV_AWS_289", "CKV_AWS_286", "CKV_AWS_288", "CKV_AWS_287"]
    kics    = ["575a2155-6af1-4026-b1af-d5bc8fe2a904", "e39bee8c-fe54-4a3f-824d-e5e2d1cca40a"]
  }

  target {
    resource = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", "aws_ssoadmin_permission_set_inline_policy"]
  }

  param "policy_resources" {
    type        = "string_list"
    required    = true
    description = "ARNs that the statement may act on; give them with the fix of one policy, for they are its own."
  }

  statement "policy" {
    where = statement.effect != "Deny" && anytrue([for resource in statement.resources : try(resource == "*", false)]) && length(statement.conditions) == 0

    set {
      resources = param.policy_resources
    }
  }

  statement "inline_policy" {
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
      resource "aws_iam_role_policy" "orders" {
        role = aws_iam_role.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["dynamodb:PutItem"]
              Resource = "*"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role_policy" "orders" {
        role = aws_iam_role.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["dynamodb:PutItem"]
              Resource = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"]
            },
          ]
        })
      }
    EOT
  }

  example "nobody has named the resources" {
    before  = <<-EOT
      resource "aws_iam_role_policy" "orders" {
        role = aws_iam_role.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["dynamodb:PutItem"]
              Resource = "*"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "one table" {
    before    = <<-EOT
      resource "aws_iam_role_policy" "orders" {
        role = aws_iam_role.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = ["dynamodb:PutItem"]
              Resource = aws_dynamodb_table.orders.arn
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "of a permission set" {
    params = { policy_resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"] }

    before = <<-EOT
      resource "aws_ssoadmin_permission_set_inline_policy" "orders" {
        instance_arn       = var.instance_arn
        permission_set_arn = aws_ssoadmin_permission_set.orders.arn

        inline_policy = jsonencode({
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
    after  = <<-EOT
      resource "aws_ssoadmin_permission_set_inline_policy" "orders" {
        instance_arn       = var.instance_arn
        permission_set_arn = aws_ssoadmin_permission_set.orders.arn

        inline_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect   = "Allow"
              Action   = "dynamodb:GetItem"
              Resource = ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"]
            },
          ]
        })
      }
    EOT
  }
}
