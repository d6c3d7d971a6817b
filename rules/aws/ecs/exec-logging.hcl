rule "aws/ecs/exec-logging" {
  title    = "Log what people type in containers, encrypted"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A session in a container is a shell next to the data. Unlogged, nobody can
    tell later what was done in it; unencrypted, whoever listens sees it too.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_224", "CKV_AWS_223"]
  }

  target {
    resource = "aws_ecs_cluster"
    when     = target.configuration.execute_command_configuration != null
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key for the sessions: an ARN or a reference."
  }
  param "log_group_name" {
    type        = "expression"
    required    = true
    description = "CloudWatch log group for the sessions, encrypted: a name or a reference such as aws_cloudwatch_log_group.exec.name."
  }

  block "configuration.execute_command_configuration" {
    body {
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
      }
      logging = "OVERRIDE"

      log_configuration {
        set "cloud_watch_encryption_enabled" {
          value = true
        }
        set "cloud_watch_log_group_name" {
          value = param.log_group_name
          keep  = true
        }
      }
    }
    when = target.configuration.execute_command_configuration.log_configuration.s3_bucket_encryption_enabled != true || target.configuration.execute_command_configuration.logging == "NONE"
  }

  applicability {
    level = "review"
    note  = "People who open sessions need permission to use the key."
  }

  example "sessions are not logged" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", log_group_name = "/ecs/exec" }

    before = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        configuration {
          execute_command_configuration {
            logging = "NONE"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        configuration {
          execute_command_configuration {
            logging    = "OVERRIDE"
            kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

            log_configuration {
              cloud_watch_encryption_enabled = true
              cloud_watch_log_group_name     = "/ecs/exec"
            }
          }
        }
      }
    EOT
  }

  example "logged, not encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", log_group_name = "/ecs/exec" }

    before = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        configuration {
          execute_command_configuration {
            kms_key_id = aws_kms_key.exec.arn
            logging    = "OVERRIDE"

            log_configuration {
              cloud_watch_log_group_name = aws_cloudwatch_log_group.exec.name
            }
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        configuration {
          execute_command_configuration {
            kms_key_id = aws_kms_key.exec.arn
            logging    = "OVERRIDE"

            log_configuration {
              cloud_watch_log_group_name     = aws_cloudwatch_log_group.exec.name
              cloud_watch_encryption_enabled = true
            }
          }
        }
      }
    EOT
  }

  example "nobody has given key and log group yet" {
    before  = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        configuration {
          execute_command_configuration {
            logging = "NONE"
          }
        }
      }
    EOT
    refused = true
  }

  example "no such sessions" {
    before    = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"
      }
    EOT
    unchanged = true
  }

  example "already logged and encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", log_group_name = "/ecs/exec" }

    before    = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        configuration {
          execute_command_configuration {
            kms_key_id = aws_kms_key.exec.arn
            logging    = "OVERRIDE"

            log_configuration {
              cloud_watch_encryption_enabled = true
              cloud_watch_log_group_name     = aws_cloudwatch_log_group.exec.name
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
