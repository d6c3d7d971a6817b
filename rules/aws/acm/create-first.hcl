rule "aws/acm/create-first" {
  title    = "Create the new certificate before the old one goes"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A certificate in use cannot be deleted, so that a replacement that begins
    with deletion fails half way. Created first, the new one takes over without
    a gap.
  EOT

  references = [
    "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/acm_certificate",
  ]

  aliases {
    checkov = ["CKV_AWS_233"]
  }

  target {
    resource = "aws_acm_certificate"
  }

  set "lifecycle.create_before_destroy" {
    value = true
  }

  applicability {
    level = "safe"
  }

  example "create before destroy not mentioned" {
    before = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"
      }
    EOT
    after  = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
  }

  example "create before destroy wrong in writing" {
    before = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_acm_certificate" "main" {
        for_each          = toset(var.names)
        domain_name       = each.key
        validation_method = "DNS"
      }
    EOT
    after  = <<-EOT
      resource "aws_acm_certificate" "main" {
        for_each          = toset(var.names)
        domain_name       = each.key
        validation_method = "DNS"

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
  }
}
