rule "aws/appsync/field-logging" {
  title    = "Log the requests of a GraphQL API"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    One GraphQL request may touch dozens of fields and sources. Without field
    logs nobody sees which of them failed, or who tries fields that he should
    not see.
  EOT

  references = [
    "https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/appsync_graphql_api",
  ]

  aliases {
    checkov      = ["CKV_AWS_193", "CKV_AWS_194"]
    security_hub = ["AppSync.2"]
    prowler      = ["appsync_field_level_logging_enabled"]
  }

  target {
    resource = "aws_appsync_graphql_api"
  }

  param "logging_role_arn" {
    type        = "expression"
    default     = null
    description = "Role that AppSync assumes to write logs: an ARN or a reference. Null means a role of its own, written beside the API."
  }

  set "log_config.cloudwatch_logs_role_arn" {
    value   = param.logging_role_arn
    present = true
    when    = param.logging_role_arn != null
  }

  companion "aws_iam_role" {
    referenced_by = "log_config.cloudwatch_logs_role_arn"
    attribute     = "arn"
    name          = format("%s_logs", resource.name)
    when          = param.logging_role_arn == null

    body {
      assume_role_policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "appsync.amazonaws.com" }
        }]
      })
    }
  }

  companion "aws_iam_role_policy_attachment" {
    link            = "role"
    link_to         = "aws_iam_role"
    link_attributes = ["name"]
    name            = format("%s_logs", resource.name)
    when            = param.logging_role_arn == null

    body {
      policy_arn = "arn:aws:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs"
    }
  }

  set "log_config.field_log_level" {
    value  = "ERROR"
    one_of = ["ALL", "ERROR", "INFO", "DEBUG"]
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "no logs" {
    params = { logging_role_arn = "arn:aws:iam::111122223333:role/appsync-logs" }

    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = "arn:aws:iam::111122223333:role/appsync-logs"
          field_log_level          = "ERROR"
        }
      }
    EOT
  }

  example "a role of its own" {
    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = aws_iam_role.main_logs.arn
          field_log_level          = "ERROR"
        }
      }

      resource "aws_iam_role_policy_attachment" "main_logs" {
        role = aws_iam_role.main_logs.name

        policy_arn = "arn:aws:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs"
      }

      resource "aws_iam_role" "main_logs" {
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "appsync.amazonaws.com" }
          }]
        })
      }
    EOT
  }

  example "logged by a role of its own, but no fields" {
    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = aws_iam_role.logs.arn
          field_log_level          = "NONE"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = aws_iam_role.logs.arn
          field_log_level          = "ERROR"
        }
      }
    EOT
  }

  example "a role that the caller gives" {
    before = <<-EOT
      variable "role" {
        type = string
      }

      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = var.role
          field_log_level          = "NONE"
        }
      }
    EOT
    after  = <<-EOT
      variable "role" {
        type = string
      }

      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = var.role
          field_log_level          = "ERROR"
        }
      }
    EOT
  }

  example "logged, but no fields" {
    params = { logging_role_arn = "arn:aws:iam::111122223333:role/appsync-logs" }

    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = aws_iam_role.logs.arn
          field_log_level          = "NONE"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = aws_iam_role.logs.arn
          field_log_level          = "ERROR"
        }
      }
    EOT
  }

  example "everything logged" {
    params = { logging_role_arn = "arn:aws:iam::111122223333:role/appsync-logs" }

    before    = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "orders"
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = aws_iam_role.logs.arn
          field_log_level          = "ALL"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { logging_role_arn = "arn:aws:iam::111122223333:role/appsync-logs" }

    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        for_each            = toset(var.names)
        name                = each.key
        authentication_type = "AWS_IAM"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        for_each            = toset(var.names)
        name                = each.key
        authentication_type = "AWS_IAM"

        log_config {
          cloudwatch_logs_role_arn = "arn:aws:iam::111122223333:role/appsync-logs"
          field_log_level          = "ERROR"
        }
      }
    EOT
  }
}
