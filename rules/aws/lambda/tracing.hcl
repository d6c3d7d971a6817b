rule "aws/lambda/tracing" {
  title    = "Trace the calls of a Lambda function"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A trace shows which services a request touched and where it spent its time
    or failed. Without it the path of an attack through functions has to be
    pieced together from logs.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    "https://github.com/serverless/serverless/issues/6931",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov      = ["CKV_AWS_50"]
    trivy        = ["AWS-0066"]
    tfsec        = ["aws-lambda-enable-tracing"]
    kics         = ["8152e0cf-d2f0-47ad-96d5-d003a76eabd1"]
    terrascan    = ["AC_AWS_0163", "AC_AWS_0485"]
    snyk         = ["SNYK-CC-TF-133"]
    security_hub = ["Lambda.7"]
  }

  target {
    resource = "aws_lambda_function"
  }

  set "tracing_config.mode" {
    value  = "Active"
    one_of = ["Active", "PassThrough"]
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "tracing_mode" {
      value  = "Active"
      one_of = ["Active", "PassThrough"]
    }

    set "attach_tracing_policy" {
      value = true
      when  = target.create_role != false
    }
  }

  module "cloudposse/lambda-function/aws" {
    version = ">= 0.1"

    set "tracing_config_mode" {
      value  = "Active"
      one_of = ["Active", "PassThrough"]
    }
  }

  applicability {
    level = "review"
    note  = "The function's role needs xray:PutTraceSegments and xray:PutTelemetryRecords before this is applied: Lambda refuses the change of a function whose role lacks them."
    cost  = "Traces are billed by number."
  }

  example "mode not mentioned" {
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

        tracing_config {
          mode = "Active"
        }
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn

        tracing_config {
          mode = "PassThrough"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
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

        tracing_config {
          mode = "Active"
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/lambda ~> 7.0" {
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

        tracing_mode          = "Active"
        attach_tracing_policy = true
      }
    EOT
  }

  example "the published module cloudposse/lambda-function 0.6.1" {
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

        tracing_config_mode = "Active"
      }
    EOT
  }
}
