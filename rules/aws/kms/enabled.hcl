rule "aws/kms/enabled" {
  title    = "Keep a key in service"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Data under a key that is switched off cannot be read by anybody, backups
    included, and new data is refused.
  EOT

  references = [
    "https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_key",
  ]

  aliases {
    checkov = ["CKV_AWS_227"]
    kics    = ["7350fa23-dcf7-4938-916d-6a60b0c73b50"]
  }

  target {
    resource = "aws_kms_key"
  }

  set "is_enabled" {
    value   = true
    default = true
  }

  applicability {
    level     = "review"
    note      = "Somebody may have switched the key off on purpose, in an incident or before its deletion. Ask first."
    behaviour = "Whoever may use the key can read the data under it again."
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_kms_key" "main" {
        description = "orders"
        is_enabled  = false # until the audit is over
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "main" {
        description = "orders"
        is_enabled  = true # until the audit is over
      }
    EOT
  }

  example "not mentioned" {
    before   = <<-EOT
      resource "aws_kms_key" "main" {
        description = "orders"
      }
    EOT
    unchanged = true
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_kms_key" "main" {
        description = "orders"
        is_enabled  = true
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "on" {
        type    = bool
        default = false
      }

      resource "aws_kms_key" "main" {
        description = "orders"
        is_enabled  = var.on
      }
    EOT
    after  = <<-EOT
      variable "on" {
        type    = bool
        default = true
      }

      resource "aws_kms_key" "main" {
        description = "orders"
        is_enabled  = var.on
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "on" {
        type = bool
      }

      resource "aws_kms_key" "main" {
        description = "orders"
        is_enabled  = var.on
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_kms_key" "main" {
        for_each    = toset(var.names)
        description = "orders"
        is_enabled  = false
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "main" {
        for_each    = toset(var.names)
        description = "orders"
        is_enabled  = true
      }
    EOT
  }
}
