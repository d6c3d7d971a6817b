rule "aws/stepfunctions/logging" {
  title    = "Log what a state machine does"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A state machine ties many services together under one role. Its log is the
    one place where it shows who started what with which data, and what failed.
  EOT

  references = [
    "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
    "https://github.com/aws-samples/serverless-patterns/pull/102",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine",
  ]

  aliases {
    checkov      = ["CKV_AWS_285"]
    security_hub = ["StepFunctions.1"]
    prowler      = ["stepfunctions_statemachine_logging_enabled"]
  }

  target {
    resource = "aws_sfn_state_machine"
  }

  param "state_log_destination" {
    type        = "expression"
    default     = null
    description = "CloudWatch log group for state machines, its ARN ending in :* as the service wants it: a string or an expression. Null means a log group of its own, written beside the machine."
  }
  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  set "logging_configuration.log_destination" {
    value   = param.state_log_destination
    present = true
    when    = param.state_log_destination != null
  }

  # The prefix keeps the group out of the account's log resource policy, which has little room.
  companion "aws_cloudwatch_log_group" {
    referenced_by = "logging_configuration.log_destination"
    attribute     = "arn"
    suffix        = ":*"
    name          = format("%s_logs", resource.name)
    when          = param.state_log_destination == null

    body {
      set "name" {
        value = format("/aws/vendedlogs/states/%s", target.name)
        when  = target.name != null
      }
      set "name_prefix" {
        value = format("/aws/vendedlogs/states/%s", target.name_prefix != null ? target.name_prefix : format("%s-", resource.name))
        when  = target.name == null
      }
      retention_in_days = 365
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
        when  = param.kms_key != null
      }
    }
  }

  set "logging_configuration.include_execution_data" {
    value = true
  }

  set "logging_configuration.level" {
    value  = "ALL"
    one_of = ["ALL", "ERROR", "FATAL"]
  }

  applicability {
    level = "review"
    note  = "The machine's role needs permission to deliver logs (logs:CreateLogDelivery and the like) before this is applied, or the apply fails; inputs and outputs of steps stand in the log."
    cost  = "Log ingestion and storage are billed."
  }

  example "no log" {
    params = { state_log_destination = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/states:*" }

    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/states:*"
          include_execution_data = true
          level                  = "ALL"
        }
      }
    EOT
  }

  example "a log group of its own" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.orders_logs.arn}:*"
          include_execution_data = true
          level                  = "ALL"
        }
      }

      resource "aws_cloudwatch_log_group" "orders_logs" {
        name              = "/aws/vendedlogs/states/orders"
        retention_in_days = 365
      }
    EOT
  }

  example "logged, without the data" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.states.arn}:*"
          include_execution_data = false
          level                  = "ERROR"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.states.arn}:*"
          include_execution_data = true
          level                  = "ERROR"
        }
      }
    EOT
  }

  example "a machine whose name Terraform makes" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.orders_logs.arn}:*"
          include_execution_data = true
          level                  = "ALL"
        }
      }

      resource "aws_cloudwatch_log_group" "orders_logs" {
        name_prefix       = "/aws/vendedlogs/states/orders-"
        retention_in_days = 365
      }
    EOT
  }

  example "a machine whose name Terraform makes from a beginning" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name_prefix = "${var.team}-orders-"
        role_arn    = aws_iam_role.orders.arn
        definition  = file("orders.json")
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name_prefix = "${var.team}-orders-"
        role_arn    = aws_iam_role.orders.arn
        definition  = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.orders_logs.arn}:*"
          include_execution_data = true
          level                  = "ALL"
        }
      }

      resource "aws_cloudwatch_log_group" "orders_logs" {
        name_prefix       = "/aws/vendedlogs/states/${var.team}-orders-"
        retention_in_days = 365
      }
    EOT
  }

  example "a log group of its own for each name" {
    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        for_each   = toset(var.names)
        name       = each.key
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        for_each   = toset(var.names)
        name       = each.key
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.orders_logs[each.key].arn}:*"
          include_execution_data = true
          level                  = "ALL"
        }
      }

      resource "aws_cloudwatch_log_group" "orders_logs" {
        for_each = toset(var.names)

        retention_in_days = 365
      }
    EOT
  }

  example "a destination that the caller gives" {
    before = <<-EOT
      variable "destination" {
        type = string
      }

      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination = var.destination
        }
      }
    EOT
    after  = <<-EOT
      variable "destination" {
        type = string
      }

      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = var.destination
          include_execution_data = true
          level                  = "ALL"
        }
      }
    EOT
  }

  example "logged without the data" {
    params = { state_log_destination = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/states:*" }

    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          include_execution_data = false
          level                  = "OFF"
          log_destination        = "arn:aws:logs:eu-west-1:111122223333:log-group:orders:*"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          include_execution_data = true
          level                  = "ALL"
          log_destination        = "arn:aws:logs:eu-west-1:111122223333:log-group:orders:*"
        }
      }
    EOT
  }

  example "logged already" {
    params = { state_log_destination = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/states:*" }

    before    = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          include_execution_data = true
          level                  = "ERROR"
          log_destination        = "arn:aws:logs:eu-west-1:111122223333:log-group:orders:*"
        }
      }
    EOT
    unchanged = true
  }

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")
      }
    EOT
    after  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")

        logging_configuration {
          log_destination        = "${aws_cloudwatch_log_group.orders_logs.arn}:*"
          include_execution_data = true
          level                  = "ALL"
        }
      }

      resource "aws_cloudwatch_log_group" "orders_logs" {
        name              = "/aws/vendedlogs/states/orders"
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
