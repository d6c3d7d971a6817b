rule "aws/route53domains/transfer-lock" {
  title    = "Lock a domain against transfer"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Whoever gets the authorisation code of an unlocked domain can move it to
    another registrar, and mail and certificates go with it.
  EOT

  references = [
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-lock.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53domains_registered_domain",
  ]

  aliases {
    checkov = ["CKV_AWS_377"]
    prowler = ["route53_domains_transferlock_enabled"]
  }

  target {
    resource = "aws_route53domains_registered_domain"
  }

  set "transfer_lock" {
    value   = true
    default = true
  }

  applicability {
    level = "safe"
  }

  example "transfer lock not mentioned" {
    before    = <<-EOT
      resource "aws_route53domains_registered_domain" "main" {
        domain_name = "main"
      }
    EOT
    unchanged = true
  }

  example "transfer lock wrong in writing" {
    before = <<-EOT
      resource "aws_route53domains_registered_domain" "main" {
        domain_name   = "main"
        transfer_lock = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_route53domains_registered_domain" "main" {
        domain_name   = "main"
        transfer_lock = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_route53domains_registered_domain" "main" {
        domain_name   = "main"
        transfer_lock = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_route53domains_registered_domain" "main" {
        domain_name   = "main"
        transfer_lock = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_route53domains_registered_domain" "main" {
        domain_name   = "main"
        transfer_lock = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_route53domains_registered_domain" "main" {
        domain_name   = "main"
        transfer_lock = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before    = <<-EOT
      resource "aws_route53domains_registered_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key
      }
    EOT
    unchanged = true
  }
}
