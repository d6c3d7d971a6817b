rule "aws/dynamodb/capacity-on-demand" {
  title    = "Let the capacity of a table follow its load"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A table with a fixed capacity refuses requests above it: a peak, or somebody
    who sends many requests on purpose, stops the application.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
  ]

  aliases {
    checkov      = ["CKV2_AWS_16"]
    security_hub = ["DynamoDB.1"]
    prowler      = ["dynamodb_table_autoscaling_enabled"]
  }

  target {
    resource = "aws_dynamodb_table"
    when     = !linked("aws_appautoscaling_target", "resource_id")
  }

  set "billing_mode" {
    value = "PAY_PER_REQUEST"
  }

  remove "read_capacity" {}
  remove "write_capacity" {}
  remove "global_secondary_index[*].read_capacity" {}
  remove "global_secondary_index[*].write_capacity" {}

  applicability {
    level = "review"
    note  = "If the load is steady, capacity that scales by itself between bounds (`aws_appautoscaling_target`) may cost less; the bounds are yours to choose."
    cost  = "Requests are billed instead of capacity."
  }

  example "a fixed capacity" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name           = "orders"
        hash_key       = "id"
        read_capacity  = 5 # enough so far
        write_capacity = 5

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"
        # enough so far
        billing_mode = "PAY_PER_REQUEST"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
  }

  example "a fixed capacity, in writing" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name           = "orders"
        hash_key       = "id"
        billing_mode   = "PROVISIONED"
        read_capacity  = 5
        write_capacity = 5

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name         = "orders"
        hash_key     = "id"
        billing_mode = "PAY_PER_REQUEST"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name         = "orders"
        hash_key     = "id"
        billing_mode = "PAY_PER_REQUEST"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    unchanged = true
  }

  example "capacity that scales by itself" {
    address = "aws_dynamodb_table.orders"

    before   = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name           = "orders"
        hash_key       = "id"
        read_capacity  = 5
        write_capacity = 5

        attribute {
          name = "id"
          type = "S"
        }
      }

      resource "aws_appautoscaling_target" "read" {
        max_capacity       = 100
        min_capacity       = 5
        resource_id        = "table/${aws_dynamodb_table.orders.name}"
        scalable_dimension = "dynamodb:table:ReadCapacityUnits"
        service_namespace  = "dynamodb"
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "mode" {
        type    = string
        default = "PROVISIONED"
      }

      resource "aws_dynamodb_table" "orders" {
        name         = "orders"
        hash_key     = "id"
        billing_mode = var.mode

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      variable "mode" {
        type    = string
        default = "PAY_PER_REQUEST"
      }

      resource "aws_dynamodb_table" "orders" {
        name         = "orders"
        hash_key     = "id"
        billing_mode = var.mode

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "mode" {
        type = string
      }

      resource "aws_dynamodb_table" "orders" {
        name         = "orders"
        hash_key     = "id"
        billing_mode = var.mode

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        for_each = toset(var.names)
        name     = each.key
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        for_each     = toset(var.names)
        name         = each.key
        hash_key     = "id"
        billing_mode = "PAY_PER_REQUEST"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
  }

  example "an index with a fixed capacity" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name           = "orders"
        hash_key       = "id"
        read_capacity  = 5
        write_capacity = 5

        attribute {
          name = "id"
          type = "S"
        }

        attribute {
          name = "customer"
          type = "S"
        }

        global_secondary_index {
          name            = "customer"
          hash_key        = "customer"
          projection_type = "ALL"
          read_capacity   = 5
          write_capacity  = 5
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name         = "orders"
        hash_key     = "id"
        billing_mode = "PAY_PER_REQUEST"

        attribute {
          name = "id"
          type = "S"
        }

        attribute {
          name = "customer"
          type = "S"
        }

        global_secondary_index {
          name            = "customer"
          hash_key        = "customer"
          projection_type = "ALL"
        }
      }
    EOT
  }
}
