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
