rule "aws/ecs/read-only-root" {
  title    = "Let containers write nowhere but to their volumes"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What got into a container wants to put its tools somewhere. With nothing
    writable but the volumes it cannot change the program that runs.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_task_definition",
  ]

  aliases {
    checkov      = ["CKV_AWS_336"]
    security_hub = ["ECS.5"]
    prowler      = ["ecs_task_definitions_containers_readonly_access"]
  }

  target {
    resource = "aws_ecs_task_definition"
  }

  set "container_definitions[*].readonlyRootFilesystem" {
    value         = true
    create_blocks = false
  }

  # The agent of ECS Exec runs in the container and must write to its file system.
  refuse {
    when = (linked("aws_ecs_service", "task_definition") && linked_resource("aws_ecs_service", "task_definition").enable_execute_command == true) || anytrue([for service in resources("aws_ecs_service") : try(service.task_definition == target.arn, false) && service.enable_execute_command == true])
    note = "A service may run this with `enable_execute_command`, and ECS Exec does not work in a container whose root file system is read-only. Decide which of the two is wanted; a service without it can have the file system read-only."
  }

  applicability {
    level       = "review"
    note        = "An application that writes to its own image fails; give it a volume for that."
    replacement = "A new revision of the task definition."
  }

  example "not mentioned" {
    before = <<-EOT
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
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name                   = "orders"
            image                  = var.image
            readonlyRootFilesystem = true
          },
        ])
      }
    EOT
  }

  example "writable" {
    before = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name                   = "orders"
            image                  = var.image
            readonlyRootFilesystem = false
          },
        ])
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name                   = "orders"
            image                  = var.image
            readonlyRootFilesystem = true
          },
        ])
      }
    EOT
  }

  example "its service lets commands in" {
    before  = <<-EOT
      resource "aws_ecs_service" "orders" {
        name                   = "orders"
        task_definition        = aws_ecs_task_definition.orders.arn
        enable_execute_command = true
      }

      resource "aws_ecs_task_definition" "orders" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = "orders:1"
          }
        ])
      }
    EOT
    refused = "ECS Exec does not work"
  }

  example "one of its services lets commands in" {
    before  = <<-EOT
      resource "aws_ecs_service" "orders" {
        name            = "orders"
        task_definition = aws_ecs_task_definition.orders.arn
      }

      resource "aws_ecs_service" "debug" {
        name                   = "orders-debug"
        task_definition        = aws_ecs_task_definition.orders.arn
        enable_execute_command = true
      }

      resource "aws_ecs_task_definition" "orders" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = "orders:1"
          }
        ])
      }
    EOT
    refused = "ECS Exec does not work"
  }

  example "whether its service lets commands in is the caller's" {
    before  = <<-EOT
      variable "exec" {
        type = bool
      }

      resource "aws_ecs_service" "orders" {
        name                   = "orders"
        task_definition        = "${aws_ecs_task_definition.orders.family}:${aws_ecs_task_definition.orders.revision}"
        enable_execute_command = var.exec
      }

      resource "aws_ecs_task_definition" "orders" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = "orders:1"
          }
        ])
      }
    EOT
    refused = "A service may run this"
  }

  example "another task's service lets commands in" {
    before = <<-EOT
      resource "aws_ecs_service" "orders" {
        name                   = "orders"
        task_definition        = aws_ecs_task_definition.orders.arn
        enable_execute_command = false
      }

      resource "aws_ecs_service" "debug" {
        name                   = "debug"
        task_definition        = aws_ecs_task_definition.debug.arn
        enable_execute_command = true
      }

      resource "aws_ecs_task_definition" "orders" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name  = "orders"
            image = "orders:1"
          }
        ])
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_service" "orders" {
        name                   = "orders"
        task_definition        = aws_ecs_task_definition.orders.arn
        enable_execute_command = false
      }

      resource "aws_ecs_service" "debug" {
        name                   = "debug"
        task_definition        = aws_ecs_task_definition.debug.arn
        enable_execute_command = true
      }

      resource "aws_ecs_task_definition" "orders" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name                   = "orders"
            image                  = "orders:1"
            readonlyRootFilesystem = true
          }
        ])
      }
    EOT
  }

  example "already read only" {
    before    = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family = "orders"

        container_definitions = jsonencode([
          {
            name                   = "orders"
            image                  = var.image
            readonlyRootFilesystem = true
          },
        ])
      }
    EOT
    unchanged = true
  }
}
