rule "aws/ecs/volume-transit-encryption" {
  title    = "Encrypt the traffic between tasks and their file systems"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Files cross the network between host and file system. Without TLS anything
    that can listen there reads them.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_task_definition",
  ]

  aliases {
    checkov      = ["CKV_AWS_97"]
    trivy        = ["AWS-0035"]
    tfsec        = ["aws-ecs-enable-in-transit-encryption"]
    kics         = ["4d46ff3b-7160-41d1-a310-71d6d370b08f"]
    terrascan    = ["AC_AWS_0463"]
    security_hub = ["ECS.18"]
  }

  target {
    resource = "aws_ecs_task_definition"
  }

  set "volume[*].efs_volume_configuration.transit_encryption" {
    value         = "ENABLED"
    create_blocks = false
  }

  applicability {
    level       = "review"
    note        = "Terraform registers a new revision; tasks are replaced one after the other."
    replacement = "A new revision of the task definition."
  }

  example "not mentioned" {
    before = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family                = "orders"
        container_definitions = jsonencode([])

        volume {
          name = "data"

          efs_volume_configuration {
            file_system_id = aws_efs_file_system.data.id
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family                = "orders"
        container_definitions = jsonencode([])

        volume {
          name = "data"

          efs_volume_configuration {
            file_system_id     = aws_efs_file_system.data.id
            transit_encryption = "ENABLED"
          }
        }
      }
    EOT
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family                = "orders"
        container_definitions = jsonencode([])

        volume {
          name = "data"

          efs_volume_configuration {
            file_system_id     = aws_efs_file_system.data.id
            transit_encryption = "DISABLED"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family                = "orders"
        container_definitions = jsonencode([])

        volume {
          name = "data"

          efs_volume_configuration {
            file_system_id     = aws_efs_file_system.data.id
            transit_encryption = "ENABLED"
          }
        }
      }
    EOT
  }

  example "no such volume" {
    before    = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family                = "orders"
        container_definitions = jsonencode([])

        volume {
          name = "scratch"
        }
      }
    EOT
    unchanged = true
  }

  example "already encrypted" {
    before    = <<-EOT
      resource "aws_ecs_task_definition" "main" {
        family                = "orders"
        container_definitions = jsonencode([])

        volume {
          name = "data"

          efs_volume_configuration {
            file_system_id     = aws_efs_file_system.data.id
            transit_encryption = "ENABLED"
          }
        }
      }
    EOT
    unchanged = true
  }
}
