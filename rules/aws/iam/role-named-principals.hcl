rule "aws/iam/role-named-principals" {
  title    = "Let named principals assume a role"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal anyone with any AWS account may become this
    role and do what it may do.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role",
  ]

  aliases {
    checkov = ["CKV_AWS_60", "CKV_AWS_61"]
  }

  target {
    resource = "aws_iam_role"
  }

  param "trusted_principals" {
    type        = "string_list"
    required    = true
    description = "Who may act: ARNs of accounts, roles or users."
  }

  statement "assume_role_policy" {
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
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = ["arn:aws:iam::111122223333:root"] }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "one account" {
    before    = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sts:AssumeRole"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "everybody, but bounded by a condition" {
    before    = <<-EOT
      resource "aws_iam_role" "orders" {
        name = "orders"

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "sts:AssumeRole"
              Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
