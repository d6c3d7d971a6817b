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
    description = "Who may act instead of everybody: ARNs of accounts, roles or users."
  }

  statement "statement" {
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

  example "everybody of every kind" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "*"
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

  example "everybody beside a role and a service" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = [aws_iam_role.orders.arn, "*"]
          }

          principals {
            type        = "Service"
            identifiers = ["sns.amazonaws.com"]
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
            identifiers = [aws_iam_role.orders.arn, "arn:aws:iam::111122223333:root"]
          }

          principals {
            type        = "Service"
            identifiers = ["sns.amazonaws.com"]
          }
        }
      }
    EOT
  }

  example "a role of any account" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["arn:aws:iam::*:role/reader"]
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
            identifiers = ["arn:aws:iam::111122223333:role/reader"]
          }
        }
      }
    EOT
  }

  example "a condition that bounds nobody" {
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

          condition {
            test     = "Bool"
            variable = "aws:SecureTransport"
            values   = ["true"]
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

          condition {
            test     = "Bool"
            variable = "aws:SecureTransport"
            values   = ["true"]
          }
        }
      }
    EOT
  }

  example "given by a variable" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      variable "senders" {
        type    = list(string)
        default = ["*"]
      }

      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = var.senders
          }
        }
      }
    EOT
    after  = <<-EOT
      variable "senders" {
        type    = list(string)
        default = ["*"]
      }

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

  example "one for each name" {
    params = { trusted_principals = ["arn:aws:iam::111122223333:root"] }

    before = <<-EOT
      data "aws_iam_policy_document" "orders" {
        for_each = toset(var.names)

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
        for_each = toset(var.names)

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

  example "everybody, but bounded by a condition" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["*"]
          }

          condition {
            test     = "StringEquals"
            variable = "aws:PrincipalOrgID"
            values   = ["o-a1b2c3d4e5"]
          }
        }
      }
    EOT
    unchanged = true
  }

  example "everybody is denied" {
    before    = <<-EOT
      data "aws_iam_policy_document" "orders" {
        statement {
          effect    = "Deny"
          actions   = ["sqs:SendMessage"]
          resources = ["*"]

          principals {
            type        = "AWS"
            identifiers = ["*"]
          }
        }
      }
    EOT
    unchanged = true
  }
}
