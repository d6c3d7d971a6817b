rule "aws/lambda/dead-letter-queue" {
  title    = "Keep the events that a Lambda function could not handle"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An asynchronous event that fails three times is dropped without a trace. A
    dead letter queue keeps it, so that a fault or an attack does not silently
    lose orders.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov = ["CKV_AWS_116"]
    prowler = ["awslambda_function_no_dead_letter_queue"]
  }

  target {
    resource = "aws_lambda_function"
  }

  param "dead_letter_arn" {
    type        = "expression"
    required    = true
    description = "SQS queue or SNS topic that takes events the function failed on: an ARN or a reference such as aws_sqs_queue.failed.arn."
  }

  set "dead_letter_config.target_arn" {
    value   = param.dead_letter_arn
    present = true
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "dead_letter_target_arn" {
      value   = param.dead_letter_arn
      present = true
    }

    set "attach_dead_letter_policy" {
      value = true
      when  = target.create_role != false
    }
  }

  applicability {
    level = "review"
    note  = "The function's role needs permission to send to the queue or topic (sqs:SendMessage or sns:Publish) before this is applied, or the apply fails."
  }

  example "target arn not mentioned" {
    params = { dead_letter_arn = "arn:aws:sqs:eu-west-1:111122223333:failed" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn

        dead_letter_config {
          target_arn = "arn:aws:sqs:eu-west-1:111122223333:failed"
        }
      }
    EOT
  }

  example "already right" {
    params = { dead_letter_arn = "arn:aws:sqs:eu-west-1:111122223333:failed" }

    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn

        dead_letter_config {
          target_arn = aws_sqs_queue.failed.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { dead_letter_arn = "arn:aws:sqs:eu-west-1:111122223333:failed" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        for_each      = toset(var.names)
        function_name = each.key
        role          = aws_iam_role.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        for_each      = toset(var.names)
        function_name = each.key
        role          = aws_iam_role.orders.arn

        dead_letter_config {
          target_arn = "arn:aws:sqs:eu-west-1:111122223333:failed"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/lambda ~> 7.0" {
    params = {
      dead_letter_arn = "arn:aws:sqs:eu-west-1:111122223333:failed"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/lambda/aws"
        version = "~> 7.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/lambda/aws"
        version = "~> 7.0"

        dead_letter_target_arn    = "arn:aws:sqs:eu-west-1:111122223333:failed"
        attach_dead_letter_policy = true
      }
    EOT
  }
}
