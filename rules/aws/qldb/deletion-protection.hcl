rule "aws/qldb/deletion-protection" {
  title    = "Protect a QLDB ledger against deletion"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A ledger is kept because its history must not be lost. Protection makes
    removal two deliberate steps.
  EOT

  references = [
    "https://docs.aws.amazon.com/qldb/latest/developerguide/ledger-management.basics.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/qldb_ledger",
  ]

  aliases {
    checkov = ["CKV_AWS_172"]
  }

  target {
    resource = "aws_qldb_ledger"
  }

  set "deletion_protection" {
    value = true
  }

  applicability {
    level = "safe"
  }

  example "deletion protection not mentioned" {
    before = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode = var.permissions_mode
      }
    EOT
    after  = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = true
      }
    EOT
  }

  example "deletion protection wrong in writing" {
    before = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode    = var.permissions_mode
        deletion_protection = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_qldb_ledger" "main" {
        for_each         = toset(var.names)
        permissions_mode = var.permissions_mode
      }
    EOT
    after  = <<-EOT
      resource "aws_qldb_ledger" "main" {
        for_each            = toset(var.names)
        permissions_mode    = var.permissions_mode
        deletion_protection = true
      }
    EOT
  }
}
