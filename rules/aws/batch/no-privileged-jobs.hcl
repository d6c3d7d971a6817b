rule "aws/batch/no-privileged-jobs" {
  title    = "Run batch jobs without power over the host"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A privileged container is root on its host: what gets into it has the other
    jobs and the instance's role as well.
  EOT

  references = [
    "https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/batch_job_definition",
  ]

  aliases {
    checkov = ["CKV_AWS_210"]
    kics    = ["66cd88ac-9ddf-424a-b77e-e55e17630bee"]
  }

  target {
    resource = "aws_batch_job_definition"
  }

  set "container_properties[*].privileged" {
    value         = false
    default       = false
    create_blocks = false
  }

  applicability {
    level       = "review"
    note        = "A job that mounts devices or loads modules fails without the power."
    replacement = "A new revision of the job definition."
  }

  example "privileged, in a heredoc" {
    before = <<-EOT
      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = <<EOF
      {
        "image": "busybox",
        "privileged": true,
        "command": ["ls"]
      }
      EOF
      }
    EOT
    after  = <<-EOT
      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = <<EOF
      {
        "image": "busybox",
        "privileged": false,
        "command": ["ls"]
      }
      EOF
      }
    EOT
  }

  example "privileged, encoded" {
    before = <<-EOT
      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = true # for the old driver
          command    = ["ls"]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = false # for the old driver
          command    = ["ls"]
        })
      }
    EOT
  }

  example "not mentioned" {
    before   = <<-EOT
      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image   = "busybox"
          command = ["ls"]
        })
      }
    EOT
    unchanged = true
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = false
        })
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "privileged" {
        type    = bool
        default = true
      }

      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = var.privileged
        })
      }
    EOT
    after  = <<-EOT
      variable "privileged" {
        type    = bool
        default = false
      }

      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = var.privileged
        })
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "privileged" {
        type = bool
      }

      resource "aws_batch_job_definition" "main" {
        name = "main"
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = var.privileged
        })
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_batch_job_definition" "main" {
        for_each = toset(var.names)

        name = each.key
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = true
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_batch_job_definition" "main" {
        for_each = toset(var.names)

        name = each.key
        type = "container"

        container_properties = jsonencode({
          image      = "busybox"
          privileged = false
        })
      }
    EOT
  }
}
