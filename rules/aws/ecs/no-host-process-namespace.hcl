rule "aws/ecs/no-host-process-namespace" {
  title    = "Hide the host's processes from containers"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A container that sees or commands the host's processes reads their secrets
    from memory and stops whom it likes. It is no longer shut in at all.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_task_definition",
  ]

  aliases {
    checkov      = ["CKV_AWS_335", "CKV_AWS_334"]
    security_hub = ["ECS.3", "ECS.4"]
    prowler      = ["ecs_task_definitions_host_namespace_not_shared", "ecs_task_definitions_no_privileged_containers"]
  }

  target {
    resource = "aws_ecs_task_definition"
  }

  set "container_definitions[*].pidMode" {
    value         = "task"
    default       = "task"
    create_blocks = false
    when          = block.pidMode == "host"
  }

  set "pid_mode" {
    value = "task"
    when  = target.pid_mode == "host"
  }

  set "container_definitions[*].privileged" {
    value         = false
    default       = false
    create_blocks = false
  }

  applicability {
    level       = "review"
    note        = "Agents that watch the host need an exception."
    replacement = "A new revision of the task definition."
  }

  example "the host's processes" {
    before = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name    = "orders"
            image   = var.image
            pidMode = "host"
          },
        ])
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name    = "orders"
            image   = var.image
            pidMode = "task"
          },
        ])
      }
    EOT
  }

  example "for the whole task" {
    before = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family   = "orders"
        pid_mode = "host"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = var.image
          },
        ])
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family   = "orders"
        pid_mode = "task"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = var.image
          },
        ])
      }
    EOT
  }

  example "power over the host" {
    before = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name       = "orders"
            image      = var.image
            privileged = true
          },
        ])
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name       = "orders"
            image      = var.image
            privileged = false
          },
        ])
      }
    EOT
  }

  example "neither" {
    before    = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = var.image
          },
        ])
      }
    EOT
    unchanged = true
  }
}
