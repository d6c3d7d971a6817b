rule "aws/stepfunctions/tracing" {
  title    = "Trace the executions of a state machine"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A trace shows which call of which execution failed or was slow, and which
    was never meant to happen.
  EOT

  references = [
    "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine",
  ]

  aliases {
    checkov = ["CKV_AWS_284"]
  }

  target {
    resource = "aws_sfn_state_machine"
  }

  set "tracing_configuration.enabled" {
    value   = true
    default = false
  }

  applicability {
    level = "review"
    note  = "The role of the state machine needs xray:PutTraceSegments and its siblings, or no trace appears."
    cost  = "X-Ray bills recorded traces; the state machine's role needs permission to write them."
  }

  example "enabled not mentioned" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = true # decided in 2019
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

      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        for_each   = toset(var.names)
        definition = var.definition
        role_arn   = var.role_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "main" {
        for_each   = toset(var.names)
        definition = var.definition
        role_arn   = var.role_arn

        tracing_configuration {
          enabled = true
        }
      }
    EOT
  }
}
