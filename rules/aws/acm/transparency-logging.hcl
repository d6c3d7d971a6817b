rule "aws/acm/transparency-logging" {
  title    = "Record a certificate in the transparency logs"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Transparency logs are how owners notice certificates that were issued to
    somebody else, and browsers distrust those that are missing from them.
  EOT

  references = [
    "https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/acm_certificate",
  ]

  aliases {
    checkov = ["CKV_AWS_234"]
  }

  target {
    resource = "aws_acm_certificate"
  }

  set "options.certificate_transparency_logging_preference" {
    value         = "ENABLED"
    default       = "ENABLED"
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "The name becomes public in the logs. Browsers warn about certificates that are not there."
  }

  example "certificate transparency logging preference not mentioned" {
    before    = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"
      }
    EOT
    unchanged = true
  }

  example "certificate transparency logging preference wrong in writing" {
    before = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        options {
          certificate_transparency_logging_preference = "DISABLED" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        options {
          certificate_transparency_logging_preference = "ENABLED" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "DISABLED"
      }

      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        options {
          certificate_transparency_logging_preference = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "ENABLED"
      }

      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        options {
          certificate_transparency_logging_preference = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_acm_certificate" "main" {
        domain_name       = "example.com"
        validation_method = "DNS"

        options {
          certificate_transparency_logging_preference = var.setting
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

        options {
          certificate_transparency_logging_preference = "ENABLED"
        }
      }
    EOT
    unchanged = true
  }
}
