rule "aws/ecs/service-no-public-address" {
  title    = "Give the tasks of a service no public address"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A task with a public address is one security group rule away from the whole
    internet. Behind a load balancer it needs none.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service",
  ]

  aliases {
    checkov      = ["CKV_AWS_333"]
    security_hub = ["ECS.2"]
    prowler      = ["ecs_service_no_assign_public_ip"]
  }

  target {
    resource = "aws_ecs_service"
  }

  set "network_configuration.assign_public_ip" {
    value         = false
    default       = false
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Tasks in subnets without a NAT gateway or endpoints can no longer pull images from the internet."
  }

  example "assign public ip not mentioned" {
    before    = <<-EOT
      resource "aws_ecs_service" "main" {
        name = "orders"
      }
    EOT
    unchanged = true
  }

  example "assign public ip wrong in writing" {
    before = <<-EOT
      resource "aws_ecs_service" "main" {
        name = "orders"

        network_configuration {
          subnets          = var.subnets
          assign_public_ip = true # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_service" "main" {
        name = "orders"

        network_configuration {
          subnets          = var.subnets
          assign_public_ip = false # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_ecs_service" "main" {
        name = "orders"

        network_configuration {
          subnets          = var.subnets
          assign_public_ip = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_ecs_service" "main" {
        name = "orders"

        network_configuration {
          subnets          = var.subnets
          assign_public_ip = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_ecs_service" "main" {
        name = "orders"

        network_configuration {
          subnets          = var.subnets
          assign_public_ip = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ecs_service" "main" {
        name = "orders"

        network_configuration {
          subnets          = var.subnets
          assign_public_ip = false
        }
      }
    EOT
    unchanged = true
  }
}
