rule "aws/apigateway/rest-api-create-first" {
  title    = "Create the new API before the old one goes"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    When a change makes Terraform replace the API, the old one is deleted first
    unless told otherwise, and callers get errors until the new one is there.
  EOT

  references = [
    "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api",
  ]

  aliases {
    checkov = ["CKV_AWS_237"]
  }

  target {
    resource = "aws_api_gateway_rest_api"
  }

  set "lifecycle.create_before_destroy" {
    value = true
  }

  applicability {
    level = "safe"
  }

  example "create before destroy not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
  }

  example "create before destroy wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

        lifecycle {
          create_before_destroy = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

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

      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

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

      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

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

      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        name = "orders"

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_rest_api" "main" {
        for_each = toset(var.names)
        name     = each.key

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
  }
}
