rule "aws/lambda/url-authorization" {
  title    = "Ask the callers of a function URL who they are"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A URL without authorisation is open to the whole internet. Anyone who finds
    it runs the function, at the owner's expense and with whatever it can reach.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_url",
  ]

  aliases {
    checkov = ["CKV_AWS_258"]
    prowler = ["awslambda_function_url_public"]
  }

  target {
    resource = "aws_lambda_function_url"
  }

  set "authorization_type" {
    value = "AWS_IAM"
  }

  applicability {
    level = "review"
    note  = "Callers must sign their requests with IAM credentials from then on; browsers and other companies' webhooks cannot."
  }

  example "authorization type not mentioned" {
    before = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name = aws_lambda_function.orders.function_name
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"
      }
    EOT
  }

  example "authorization type wrong in writing" {
    before = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "NONE" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "NONE"
      }

      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "AWS_IAM"
      }

      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"
      }
    EOT
    unchanged = true
  }
}
