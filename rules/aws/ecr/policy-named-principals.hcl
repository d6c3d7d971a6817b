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
    checkov   = ["CKV_AWS_32"]
    trivy     = ["AWS-0032"]
    tfsec     = ["aws-ecr-no-public-access"]
    kics      = ["e86e26fc-489e-44f0-9bcd-97305e4ba69a"]
    terrascan = ["AC_AWS_0084"]
    prowler   = ["ecr_repositories_not_publicly_accessible"]
  }

  target {
    resource = "aws_ecr_repository_policy"
  }

  param "trusted_principals" {
    type        = "string_list"
    required    = true
    description = "Who may act instead of everybody: ARNs of accounts, roles or users."
  }

  statement "policy" {
    where = is_public(statement)

    set {
      principals = named_principals(statement.principals, param.trusted_principals)
    }
  }

  applicability {
    level     = "review"
    note      = "Everybody who is not named is refused from the next apply on."
    behaviour = "Callers that are not named are refused."
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
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
  }

  example "everybody, in one word" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
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
    after  = <<-EOT
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
  }

  example "everybody beside somebody who is named, in a heredoc" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "Service": "events.amazonaws.com",
                "AWS": [
                  "arn:aws:iam::444455556666:role/deploy",
                  "*"
                ]
              },
              "Action": "ecr:BatchGetImage"
            }
          ]
        }
        POLICY
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = <<-POLICY
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "Service": "events.amazonaws.com",
                "AWS": [
                  "arn:aws:iam::444455556666:role/deploy",
                  "arn:aws:iam::111122223333:root"
                ]
              },
              "Action": "ecr:BatchGetImage"
            }
          ]
        }
        POLICY
      }
    EOT
  }

  example "a role of any account" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::*:role/reader" }
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
              Principal = { AWS = "arn:aws:iam::111122223333:role/reader" }
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
  }

  example "a condition that bounds nobody" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "ecr:BatchGetImage"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
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
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "ecr:BatchGetImage"
              Condition = { Bool = { "aws:SecureTransport" = "true" } }
            },
          ]
        })
      }
    EOT
  }

  example "in a policy document" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name
        policy     = data.aws_iam_policy_document.app.json
      }

      data "aws_iam_policy_document" "app" {
        statement {
          actions = ["ecr:BatchGetImage"]

          principals {
            type        = "*"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name
        policy     = data.aws_iam_policy_document.app.json
      }

      data "aws_iam_policy_document" "app" {
        statement {
          actions = ["ecr:BatchGetImage"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::111122223333:root"]
          }
        }
      }
    EOT
  }

  example "one for each name" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        for_each   = toset(var.names)
        repository = aws_ecr_repository.app[each.key].name

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
        for_each   = toset(var.names)
        repository = aws_ecr_repository.app[each.key].name

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

  example "the policy comes from the caller" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before  = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name
        policy     = var.policy
      }
    EOT
    refused = true
  }

  example "somebody" {
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

  example "everybody is denied" {
    before    = <<-EOT
      resource "aws_ecr_repository_policy" "app" {
        repository = aws_ecr_repository.app.name

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Deny"
              Principal = "*"
              Action    = "ecr:BatchGetImage"
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
