rule "aws/networkfirewall/deletion-protection" {
  title    = "Protect a network firewall against deletion"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With the firewall gone its routes lead nowhere, or past it. Protection makes
    removal two deliberate steps.
  EOT

  references = [
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-settings.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/networkfirewall_firewall",
  ]

  aliases {
    checkov      = ["CKV_AWS_344"]
    security_hub = ["NetworkFirewall.9"]
    prowler      = ["networkfirewall_deletion_protection"]
  }

  target {
    resource = "aws_networkfirewall_firewall"
  }

  set "delete_protection" {
    value   = true
    default = false
  }

  applicability {
    level = "safe"
  }

  example "delete protection not mentioned" {
    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = true
      }
    EOT
  }

  example "delete protection wrong in writing" {
    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        firewall_policy_arn = var.firewall_policy_arn
        name                = "main"
        delete_protection   = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.names)
        firewall_policy_arn = var.firewall_policy_arn
        name                = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.names)
        firewall_policy_arn = var.firewall_policy_arn
        name                = each.key
        delete_protection   = true
      }
    EOT
  }
}
