rule "aws/secretsmanager/rotation" {
  title    = "Rotate a secret automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A secret that never changes is worth as much after five years as on the day
    it leaked. Rotation bounds how long a stolen one is of use.
  EOT

  references = [
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/secretsmanager_secret",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-5-upgrade",
  ]

  aliases {
    checkov      = ["CKV2_AWS_57"]
    security_hub = ["SecretsManager.1"]
    prowler      = ["secretsmanager_automatic_rotation_enabled"]
  }

  # Before version 5 of the provider the secret itself could say how it is rotated; today's schema knows nothing of it.
  target {
    resource = "aws_secretsmanager_secret"
    when     = !anytrue([for secret in resources("aws_secretsmanager_secret") : secret.resource_name == resource.name && (secret.rotation_lambda_arn != null || secret.rotation_rules != null)])
  }

  param "rotation_lambda_arn" {
    type        = "expression"
    required    = true
    description = "Function that changes the secret and what it opens: an ARN or a reference."
  }

  companion "aws_secretsmanager_secret_rotation" {
    link            = "secret_id"
    link_attributes = ["id", "arn"]

    body {
      secret_id = target.id
      set "rotation_lambda_arn" {
        value = param.rotation_lambda_arn
        keep  = true
      }

      rotation_rules {
        set "automatically_after_days" {
          value = 30
          keep  = true
          when  = !linked("aws_secretsmanager_secret_rotation", "secret_id")
        }
      }
    }
  }

  applicability {
    level = "review"
    note  = "The first rotation comes with the apply; clients must read the secret anew when it fails."
  }

  example "never rotated" {
    params = { rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate" }

    before = <<-EOT
      resource "aws_secretsmanager_secret" "database" {
        name = "orders/database"
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret" "database" {
        name = "orders/database"
      }

      resource "aws_secretsmanager_secret_rotation" "database" {
        secret_id           = aws_secretsmanager_secret.database.id
        rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"

        rotation_rules {
          automatically_after_days = 30
        }
      }
    EOT
  }

  example "nobody has given the function yet" {
    before  = <<-EOT
      resource "aws_secretsmanager_secret" "database" {
        name = "orders/database"
      }
    EOT
    refused = true
  }

  example "rotated already" {
    params = { rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate" }

    before    = <<-EOT
      resource "aws_secretsmanager_secret" "database" {
        name = "orders/database"
      }

      resource "aws_secretsmanager_secret_rotation" "database" {
        secret_id           = aws_secretsmanager_secret.database.id
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 60
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate" }

    before = <<-EOT
      resource "aws_secretsmanager_secret" "database" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret" "database" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_secretsmanager_secret_rotation" "database" {
        for_each = toset(var.names)

        secret_id           = aws_secretsmanager_secret.database[each.key].id
        rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"

        rotation_rules {
          automatically_after_days = 30
        }
      }
    EOT
  }

  example "rotated already, written in the secret itself" {
    params = { rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate" }

    before    = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 3.0"
          }
        }
      }

      resource "aws_secretsmanager_secret" "database" {
        name                = "orders/database"
        rotation_lambda_arn = aws_lambda_function.rotate.arn

        rotation_rules {
          automatically_after_days = 7
        }
      }
    EOT
    unchanged = true
  }
}
