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
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine",
  ]

  aliases {
    checkov      = ["CKV_AWS_285"]
    security_hub = ["StepFunctions.1"]
  }

  target {
    resource = "aws_sfn_state_machine"
  }

  param "state_log_destination" {
    type        = "expression"
    required    = true
    description = "CloudWatch log group for state machines, its ARN ending in :* as the service wants it: a string or an expression."
  }

  set "logging_configuration.log_destination" {
    value   = param.state_log_destination
    present = true
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
    note  = "The machine's role needs permission to deliver logs (logs:CreateLogDelivery and the like); inputs and outputs of steps stand in the log."
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

  example "nobody has given the log group yet" {
    before  = <<-EOT
      resource "aws_sfn_state_machine" "orders" {
        name       = "orders"
        role_arn   = aws_iam_role.orders.arn
        definition = file("orders.json")
      }
    EOT
    refused = true
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
}
