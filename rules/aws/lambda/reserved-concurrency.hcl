rule "aws/lambda/reserved-concurrency" {
  title    = "Bound how many instances of a Lambda function run at once"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A function without a bound can be driven up by a flood of events until it
    has used the account's whole pool, and every other function stands still.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov = ["CKV_AWS_115"]
  }

  target {
    resource = "aws_lambda_function"
  }

  param "reserved_concurrency" {
    type        = "number"
    required    = true
    description = "How many instances may run at once. It is taken from the account's common pool."
  }

  set "reserved_concurrent_executions" {
    at_least = 0
    value    = param.reserved_concurrency
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "reserved_concurrent_executions" {
      value    = param.reserved_concurrency
      at_least = 0
    }
  }

  module "cloudposse/lambda-function/aws" {
    version = ">= 0.1"

    set "reserved_concurrent_executions" {
      value    = param.reserved_concurrency
      at_least = 0
    }
  }

  applicability {
    level = "review"
    note  = "Calls beyond the bound are throttled; other functions have that much less in common."
  }

  example "reserved concurrent executions not mentioned" {
    params = { reserved_concurrency = 20 }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = 20
      }
    EOT
  }

  example "reserved concurrent executions wrong in writing" {
    params = { reserved_concurrency = 20 }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = -1 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = 20 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    params = { reserved_concurrency = 20 }

    before = <<-EOT
      variable "setting" {
        type    = number
        default = -1
      }

      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 20
      }

      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    params = { reserved_concurrency = 20 }

    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { reserved_concurrency = 20 }

    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name                  = "orders"
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = 5
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { reserved_concurrency = 20 }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        for_each      = toset(var.names)
        function_name = each.key
        role          = aws_iam_role.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        for_each                       = toset(var.names)
        function_name                  = each.key
        role                           = aws_iam_role.orders.arn
        reserved_concurrent_executions = 20
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
      reserved_concurrency = 25
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

        reserved_concurrent_executions = 25
      }
    EOT
  }

  example "the published module cloudposse/lambda-function 0.6.1" {
    params = {
      reserved_concurrency = 25
    }

    before = <<-EOT
      module "main" {
        source  = "cloudposse/lambda-function/aws"
        version = "0.6.1"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/lambda-function/aws"
        version = "0.6.1"

        reserved_concurrent_executions = 25
      }
    EOT
  }
}
