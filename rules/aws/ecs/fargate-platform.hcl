rule "aws/ecs/fargate-platform" {
  title    = "Run Fargate tasks on the current platform"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A pinned platform keeps the kernel and runtime of the day it was pinned,
    with the holes found since.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service",
  ]

  aliases {
    checkov      = ["CKV_AWS_332"]
    security_hub = ["ECS.10"]
    prowler      = ["ecs_service_fargate_latest_platform_version"]
  }

  target {
    resource = "aws_ecs_service"
    when     = target.launch_type == "FARGATE" && target.platform_version != null
  }

  set "platform_version" {
    value = "LATEST"
  }

  applicability {
    level = "review"
    note  = "Tasks are replaced one after the other."
  }

  example "platform version not mentioned" {
    before    = <<-EOT
      resource "aws_ecs_service" "main" {
        name        = "orders"
        launch_type = "FARGATE"
      }
    EOT
    unchanged = true
  }

  example "platform version wrong in writing" {
    before = <<-EOT
      resource "aws_ecs_service" "main" {
        name             = "orders"
        launch_type      = "FARGATE"
        platform_version = "1.3.0" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_service" "main" {
        name             = "orders"
        launch_type      = "FARGATE"
        platform_version = "LATEST" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "1.3.0"
      }

      resource "aws_ecs_service" "main" {
        name             = "orders"
        launch_type      = "FARGATE"
        platform_version = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "LATEST"
      }

      resource "aws_ecs_service" "main" {
        name             = "orders"
        launch_type      = "FARGATE"
        platform_version = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_ecs_service" "main" {
        name             = "orders"
        launch_type      = "FARGATE"
        platform_version = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ecs_service" "main" {
        name             = "orders"
        launch_type      = "FARGATE"
        platform_version = "LATEST"
      }
    EOT
    unchanged = true
  }
}
