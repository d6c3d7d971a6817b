rule "aws/qldb/permissions-mode" {
  title    = "Let IAM decide on every command of a QLDB ledger"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    In the mode ALLOW_ALL whoever may send one command may send every command,
    to every table.
  EOT

  references = [
    "https://docs.aws.amazon.com/qldb/latest/developerguide/getting-started-standard-mode.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/qldb_ledger",
  ]

  aliases {
    checkov = ["CKV_AWS_170"]
  }

  target {
    resource = "aws_qldb_ledger"
  }

  set "permissions_mode" {
    value = "STANDARD"
  }

  applicability {
    level     = "review"
    note      = "Clients need PartiQL permissions by table and command from the next apply on."
    behaviour = "Commands without their own permission are refused."
  }

  example "permissions mode not mentioned" {
    before = <<-EOT
      resource "aws_qldb_ledger" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode = "STANDARD"

      }
    EOT
  }

  example "permissions mode wrong in writing" {
    before = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode = "ALLOW_ALL" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode = "STANDARD" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "ALLOW_ALL"
      }

      resource "aws_qldb_ledger" "main" {
        permissions_mode = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "STANDARD"
      }

      resource "aws_qldb_ledger" "main" {
        permissions_mode = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_qldb_ledger" "main" {
        permissions_mode = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_qldb_ledger" "main" {
        permissions_mode = "STANDARD"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_qldb_ledger" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_qldb_ledger" "main" {
        for_each = toset(var.names)

        permissions_mode = "STANDARD"
      }
    EOT
  }
}
