rule "aws/secretsmanager/rotation-interval" {
  title    = "Rotate a secret at least every 90 days"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The longer a credential lives, the more copies of it there are, and the
    longer a leaked one works.
  EOT

  references = [
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/secretsmanager_secret_rotation",
  ]

  aliases {
    checkov = ["CKV_AWS_304"]
  }

  target {
    resource = "aws_secretsmanager_secret_rotation"
  }

  set "rotation_rules.automatically_after_days" {
    value   = 90
    at_most = 90
    when    = target.rotation_rules.schedule_expression == null
  }

  # A rate of less than 91 days, or one in hours, holds.
  set "rotation_rules.schedule_expression" {
    value = "rate(90 days)"
    when  = target.rotation_rules.schedule_expression != null && matches(target.rotation_rules.schedule_expression, "^rate\\((9[1-9]|[1-9][0-9][0-9]+) days?\\)$")
  }

  applicability {
    level = "review"
    note  = "The secret changes sooner than before; whoever keeps a copy of it loses access sooner."
  }

  example "automatically after days not mentioned" {
    before = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 90
        }
      }
    EOT
  }

  example "automatically after days wrong in writing" {
    before = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 365 # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 90 # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 365
      }

      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 90
      }

      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 30
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        for_each            = toset(var.names)
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        for_each            = toset(var.names)
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 90
        }
      }
    EOT
  }

  example "by a rate" {
    before = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          schedule_expression = "rate(200 days)"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          schedule_expression = "rate(90 days)"
        }
      }
    EOT
  }

  example "by a rate that is right" {
    before    = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id           = aws_secretsmanager_secret.main.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          schedule_expression = "rate(12 hours)"
        }
      }
    EOT
    unchanged = true
  }

  example "by a calendar" {
    before    = <<-EOT
      resource "aws_secretsmanager_secret_rotation" "main" {
        secret_id = aws_secretsmanager_secret.main.id

        rotation_rules {
          schedule_expression = "cron(0 8 1 * ? *)"
        }
      }
    EOT
    unchanged = true
  }
}
