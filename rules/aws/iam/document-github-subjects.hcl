rule "aws/iam/document-github-subjects" {
  title    = "Let named repositories assume a role through GitHub"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Every workflow on GitHub gets a token from the same issuer. A role that
    trusts the issuer and does not ask for the repository can be assumed from
    anybody's repository.
  EOT

  references = [
    "https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
  ]

  aliases {
    checkov = ["CKV_AWS_358"]
  }

  target {
    resource = "data.aws_iam_policy_document"
  }

  param "github_subjects" {
    type        = "string_list"
    required    = true
    description = "Which repositories, branches or environments may assume it, as subjects of the token: repo:OWNER/NAME:ref:refs/heads/main."
  }

  statement "statement" {
    where = statement.effect != "Deny" && anytrue([for principal in statement.principals : principal.type == "Federated" && anytrue([for who in principal.identifiers : try(strcontains(who, "oidc-provider/token.actions.githubusercontent.com"), false)])]) && !anytrue([for condition in statement.conditions : lower(condition.variable) == "token.actions.githubusercontent.com:sub" && alltrue([for value in condition.values : try(matches(value, "^repo:[^*/]+/"), true)])])

    set {
      conditions = [{ test = "StringLike", variable = "token.actions.githubusercontent.com:sub", values = param.github_subjects }]
    }
  }

  applicability {
    level     = "review"
    note      = "Workflows of other repositories and branches can no longer assume the role."
    behaviour = "Tokens of other subjects are refused."
  }

  example "any repository" {
    params = { github_subjects = ["repo:acme/orders:ref:refs/heads/main"] }

    before = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:acme/orders:ref:refs/heads/main"]
          }
        }
      }
    EOT
  }

  example "the audience is asked for, the repository is not" {
    params = { github_subjects = ["repo:acme/orders:ref:refs/heads/main"] }

    before = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringEquals"
            variable = "token.actions.githubusercontent.com:aud"
            values   = ["sts.amazonaws.com"]
          }
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringEquals"
            variable = "token.actions.githubusercontent.com:aud"
            values   = ["sts.amazonaws.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:acme/orders:ref:refs/heads/main"]
          }
        }
      }
    EOT
  }

  example "a condition that any repository meets" {
    params = { github_subjects = ["repo:acme/orders:ref:refs/heads/main"] }

    before = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:acme/orders:ref:refs/heads/main"]
          }
        }
      }
    EOT
  }

  example "two conditions, whose values the provider joins" {
    params = { github_subjects = ["repo:acme/orders:ref:refs/heads/main"] }

    before = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:acme/orders:*"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:acme/orders:ref:refs/heads/main"]
          }
        }
      }
    EOT
  }

  example "nobody has said which repositories" {
    before  = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }
        }
      }
    EOT
    refused = true
  }

  example "one repository" {
    before    = <<-EOT
      data "aws_iam_policy_document" "deploy" {
        statement {
          actions = ["sts:AssumeRoleWithWebIdentity"]

          principals {
            type        = "Federated"
            identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
          }

          condition {
            test     = "StringEquals"
            variable = "token.actions.githubusercontent.com:aud"
            values   = ["sts.amazonaws.com"]
          }

          condition {
            test     = "StringLike"
            variable = "token.actions.githubusercontent.com:sub"
            values   = ["repo:acme/orders:*"]
          }
        }
      }
    EOT
    unchanged = true
  }
}
