rule "aws/transfer/security-policy" {
  title    = "Give a Transfer server the newest security policy"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Older policies still offer ciphers and key exchanges that are known to be
    weak.
  EOT

  references = [
    "https://docs.aws.amazon.com/transfer/latest/userguide/security-policies.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/transfer_server",
  ]

  aliases {
    checkov = ["CKV_AWS_380"]
  }

  target {
    resource = "aws_transfer_server"
  }

  set "security_policy_name" {
    value  = "TransferSecurityPolicy-2025-03"
    one_of = ["TransferSecurityPolicy-2025-03", "TransferSecurityPolicy-FIPS-2025-03", "TransferSecurityPolicy-AS2Restricted-2025-07", "TransferSecurityPolicy-SshAuditCompliant-2025-02"]
  }

  applicability {
    level     = "review"
    note      = "Clients that know only old ciphers or key exchanges are refused from the next apply on."
    behaviour = "Clients with old ciphers only are refused."
  }

  example "security policy name not mentioned" {
    before = <<-EOT
      resource "aws_transfer_server" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "main" {
        security_policy_name = "TransferSecurityPolicy-2025-03"

      }
    EOT
  }

  example "security policy name wrong in writing" {
    before = <<-EOT
      resource "aws_transfer_server" "main" {
        security_policy_name = "TransferSecurityPolicy-2018-11" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "main" {
        security_policy_name = "TransferSecurityPolicy-2025-03" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "TransferSecurityPolicy-2018-11"
      }

      resource "aws_transfer_server" "main" {
        security_policy_name = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "TransferSecurityPolicy-2025-03"
      }

      resource "aws_transfer_server" "main" {
        security_policy_name = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_transfer_server" "main" {
        security_policy_name = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_transfer_server" "main" {
        security_policy_name = "TransferSecurityPolicy-FIPS-2025-03"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_transfer_server" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "main" {
        for_each = toset(var.names)

        security_policy_name = "TransferSecurityPolicy-2025-03"
      }
    EOT
  }
}
