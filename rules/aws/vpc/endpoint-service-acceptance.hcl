rule "aws/vpc/endpoint-service-acceptance" {
  title    = "Ask before somebody connects to an endpoint service"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without acceptance every allowed account connects by itself, and a mistake
    in the allow-list is at once a connection.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_endpoint_service",
  ]

  aliases {
    checkov = ["CKV_AWS_123"]
  }

  target {
    resource = "aws_vpc_endpoint_service"
  }

  set "acceptance_required" {
    value = true
  }

  applicability {
    level     = "review"
    note      = "New connections wait until somebody accepts them; those that exist stay."
    behaviour = "Consumers wait for acceptance."
  }

  example "acceptance required not mentioned" {
    before = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = true

      }
    EOT
  }

  example "acceptance required wrong in writing" {
    before = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {
        acceptance_required = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_endpoint_service" "main" {
        for_each = toset(var.names)

        acceptance_required = true
      }
    EOT
  }
}
