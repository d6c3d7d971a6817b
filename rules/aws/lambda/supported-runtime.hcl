rule "aws/lambda/supported-runtime" {
  title    = "Run a Lambda function on a runtime that still gets fixes"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A runtime past its end gets no security fixes, and after a while AWS lets
    nobody update the function any more, not even to mend a hole in its own
    code.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov      = ["CKV_AWS_363"]
    security_hub = ["Lambda.2"]
    prowler      = ["awslambda_function_using_supported_runtimes"]
  }

  target {
    resource = "aws_lambda_function"
    when     = contains(["dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet6", "dotnet7", "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "ruby2.5", "ruby2.7", "java8", "go1.x", "provided"], target.runtime)
  }

  param "runtime" {
    type        = "string"
    required    = true
    description = "Runtime to move to, after testing the code on it: python3.13 or nodejs22.x, say."
  }

  set "runtime" {
    value = param.runtime
  }

  refuse {
    when = !startswith(param.runtime, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(target.runtime, ".", ""), "0", ""), "1", ""), "2", ""), "3", ""), "4", ""), "5", ""), "6", ""), "7", ""), "8", ""), "9", ""))
    note = "The runtime that is set is not known to be one of the language that the function is written in."
  }

  applicability {
    level = "review"
    note  = "The code must be tested on the new runtime; a new major version drops what it has deprecated."
  }

  example "an old Python" {
    params = { runtime = "python3.13" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        runtime       = "python3.7"
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        runtime       = "python3.13"
      }
    EOT
  }

  example "nobody has said where to move" {
    before  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        runtime       = "python3.7"
      }
    EOT
    refused = true
  }

  example "another language" {
    params = { runtime = "python3.13" }

    before  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        runtime       = "java8"
      }
    EOT
    refused = true
  }

  example "a current runtime" {
    params = { runtime = "python3.13" }

    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        runtime       = "python3.12"
      }
    EOT
    unchanged = true
  }
}
