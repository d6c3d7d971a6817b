rule "aws/ecr/policy-named-principals" {
  title    = "Let a repository policy name who may act"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal anyone with any AWS account may pull the
    images, or push his own under their names.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_32"]
  }

  target {
    resource = "aws_ecr_repository_policy"
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
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "*" }
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = ["arn:aws:iam::111122223333:root"] }
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "one account" {
    before    = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }

  example "everybody, but bounded by a condition" {
    before    = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "ecr:BatchGetImage"
              Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
