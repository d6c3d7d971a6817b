rule "aws/iam/document-named-principals" {
  title    = "Let a policy document name who may act"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star for the principal everybody may do what the statement allows,
    wherever the document is attached.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document",
  ]

  aliases {
    checkov = ["CKV_AWS_283"]
  }

  target {
    resource = "data.aws_iam_policy_document"
  }

  param "trusted_principals" {
    type        = "string_list"
    required    = true
    description = "Who may act: ARNs of accounts, roles or users."
  }

  statement "statement" {
    where = statement.effect != "Deny" && anytrue([for principal in statement.principals : contains(principal.identifiers, "*")]) && length(statement.conditions) == 0

    set {
      principals = [{ type = "AWS", identifiers = param.trusted_principals }]
    }
  }

  applicability {
    level = "review"
    note  = "Everybody who is not named is refused from the next apply on."
  }

  example "everybody" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["*"]
          }
        }
      }
    EOT
    after  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::111122223333:root"]
          }
        }
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["*"]
          }
        }
      }
    EOT
    refused = true
  }

  example "one account" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::111122223333:root"]
          }
        }
      }
    EOT
    unchanged = true
  }
}
