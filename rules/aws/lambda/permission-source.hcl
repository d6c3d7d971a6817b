rule "aws/lambda/permission-source" {
  title    = "Say for whom an AWS service may call a Lambda function"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Permission for a service alone is permission for everybody who uses that
    service. Anyone could let their own bucket or API call the function.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission",
  ]

  aliases {
    checkov = ["CKV_AWS_364"]
    trivy   = ["AWS-0067"]
    tfsec   = ["aws-lambda-restrict-source-arn"]
  }

  target {
    resource = "aws_lambda_permission"
    when     = endswith(target.principal, ".amazonaws.com")
  }

  param "source_account" {
    type        = "string"
    required    = true
    description = "Account whose resources may call the function through the service. Narrower still is source_arn, which only the owner of the function knows."
  }

  set "source_account" {
    value   = param.source_account
    present = true
    when    = target.source_arn == null
  }

  applicability {
    level = "review"
    note  = "Calls on behalf of other accounts are refused from then on."
  }

  example "anybody's bucket" {
    params = { source_account = "111122223333" }

    before = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "s3.amazonaws.com"
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_permission" "main" {
        action         = "lambda:InvokeFunction"
        function_name  = aws_lambda_function.orders.function_name
        principal      = "s3.amazonaws.com"
        source_account = "111122223333"
      }
    EOT
  }

  example "nobody has named the account" {
    before  = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "s3.amazonaws.com"
      }
    EOT
    refused = true
  }

  example "one bucket only" {
    params = { source_account = "111122223333" }

    before    = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "s3.amazonaws.com"
        source_arn    = aws_s3_bucket.inbox.arn
      }
    EOT
    unchanged = true
  }

  example "a role, not a service" {
    params = { source_account = "111122223333" }

    before    = <<-EOT
      resource "aws_lambda_permission" "main" {
        action        = "lambda:InvokeFunction"
        function_name = aws_lambda_function.orders.function_name
        principal     = "arn:aws:iam::111122223333:role/caller"
      }
    EOT
    unchanged = true
  }
}
