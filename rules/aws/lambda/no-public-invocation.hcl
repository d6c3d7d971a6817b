rule "aws/lambda/no-public-invocation" {
  title    = "Let nobody but named callers invoke a Lambda function"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star anyone with an AWS account may call the function, at the owner's
    expense and with whatever it can reach.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission",
  ]

  aliases {
    checkov      = ["CKV_AWS_301"]
    kics         = ["e08ed7eb-f3ef-494d-9d22-2e3db756a347"]
    security_hub = ["Lambda.1"]
    prowler      = ["awslambda_function_not_publicly_accessible"]
  }

  target {
    resource = "aws_lambda_permission"
    when     = target.principal == "*"
  }

  param "principal" {
    type        = "string"
    required    = true
    description = "Who may call: a service such as s3.amazonaws.com, or an account."
  }

  set "principal" {
    value = param.principal
  }

  applicability {
    level = "review"
    note  = "Callers other than the one named are refused from then on."
  }

  example "everybody" {
    params = { principal = "111122223333" }

    before = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "*"
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "111122223333"
      }
    EOT
  }

  example "nobody has said who calls" {
    before  = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "*"
      }
    EOT
    refused = true
  }

  example "a service" {
    params = { principal = "111122223333" }

    before    = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "s3.amazonaws.com"
      }
    EOT
    unchanged = true
  }
}
