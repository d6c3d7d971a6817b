rule "aws/dynamodb/deletion-protection" {
  title    = "Protect a DynamoDB table from deletion"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    One call deletes a table with everything in it. Protected, it has to be told
    twice: the protection first, the table after it.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
  ]

  aliases {
    security_hub = ["DynamoDB.6"]
    prowler      = ["dynamodb_table_deletion_protection_enabled"]
  }

  target {
    resource = "aws_dynamodb_table"
  }

  set "deletion_protection_enabled" {
    value   = true
    default = false
  }

  applicability {
    level = "safe"
    note  = "Terraform refuses to destroy or replace the table until the protection is taken off."
  }

  example "not mentioned" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name                        = "orders"
        hash_key                    = "id"
        deletion_protection_enabled = true

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name                        = "orders"
        deletion_protection_enabled = false
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name                        = "orders"
        deletion_protection_enabled = true
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "protected" {
        type    = bool
        default = false
      }

      resource "aws_dynamodb_table" "orders" {
        name                        = "orders"
        deletion_protection_enabled = var.protected
      }
    EOT
    after  = <<-EOT
      variable "protected" {
        type    = bool
        default = true
      }

      resource "aws_dynamodb_table" "orders" {
        name                        = "orders"
        deletion_protection_enabled = var.protected
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        for_each = toset(["orders", "refunds"])
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        for_each                    = toset(["orders", "refunds"])
        name                        = each.key
        deletion_protection_enabled = true
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name                        = "orders"
        deletion_protection_enabled = true
      }
    EOT
    unchanged = true
  }
}
