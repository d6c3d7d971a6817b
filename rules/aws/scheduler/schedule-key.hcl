rule "aws/scheduler/schedule-key" {
  title    = "Encrypt the input of an EventBridge schedule with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A schedule carries the payload it will send, often with names and parameters
    of internal systems. A customer managed key lets the organisation decide,
    log and end the access to it.
  EOT

  references = [
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/scheduler_schedule",
  ]

  aliases {
    checkov = ["CKV_AWS_297"]
  }

  target {
    resource = "aws_scheduler_schedule"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "The key's policy must let EventBridge Scheduler and the schedule's role use it."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_scheduler_schedule" "main" {
        schedule_expression = var.schedule_expression

        flexible_time_window {
          mode = var.mode
        }

        target {
          arn      = var.arn
          role_arn = var.role_arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_scheduler_schedule" "main" {
        schedule_expression = var.schedule_expression
        kms_key_arn         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

        flexible_time_window {
          mode = var.mode
        }

        target {
          arn      = var.arn
          role_arn = var.role_arn
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_scheduler_schedule" "main" {
        schedule_expression = var.schedule_expression

        flexible_time_window {
          mode = var.mode
        }

        target {
          arn      = var.arn
          role_arn = var.role_arn
        }

        kms_key_arn = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_scheduler_schedule" "main" {
        for_each            = toset(var.names)
        schedule_expression = var.schedule_expression

        flexible_time_window {
          mode = var.mode
        }

        target {
          arn      = var.arn
          role_arn = var.role_arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_scheduler_schedule" "main" {
        for_each            = toset(var.names)
        schedule_expression = var.schedule_expression
        kms_key_arn         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

        flexible_time_window {
          mode = var.mode
        }

        target {
          arn      = var.arn
          role_arn = var.role_arn
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_scheduler_schedule" "main" {
        schedule_expression = var.schedule_expression

        flexible_time_window {
          mode = var.mode
        }

        target {
          arn      = var.arn
          role_arn = var.role_arn
        }
      }
    EOT
    refused = true
  }
}
