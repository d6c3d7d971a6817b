rule "aws/ses/require-tls" {
  title    = "Deliver mail of a configuration set by TLS only"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A mail that falls back to plain text can be read and changed on its way.
  EOT

  references = [
    "https://docs.aws.amazon.com/ses/latest/dg/security-protocols.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ses_configuration_set",
  ]

  aliases {
    checkov      = ["CKV_AWS_365"]
    security_hub = ["SES.3"]
  }

  target {
    resource = "aws_ses_configuration_set"
  }

  set "delivery_options.tls_policy" {
    value   = "Require"
    default = "Optional"
  }

  applicability {
    level     = "review"
    note      = "Mail to servers without TLS bounces from the next apply on."
    behaviour = "Receivers without TLS get nothing."
  }

  example "tls policy not mentioned" {
    before = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = "Require"
        }
      }
    EOT
  }

  example "tls policy wrong in writing" {
    before = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = "Optional" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = "Require" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "Optional"
      }

      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "Require"
      }

      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        name = "main"

        delivery_options {
          tls_policy = "Require"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_ses_configuration_set" "main" {
        for_each = toset(var.names)
        name     = each.key

        delivery_options {
          tls_policy = "Require"
        }
      }
    EOT
  }
}
