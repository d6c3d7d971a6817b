rule "aws/lambda/cors-origins" {
  title    = "Let only known sites call a function from a browser"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a star any page a visitor opens may call the function with his
    credentials and read the answer.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_url",
  ]

  aliases {
    checkov = ["CKV2_AWS_75"]
    prowler = ["awslambda_function_url_cors_policy"]
  }

  target {
    resource = "aws_lambda_function_url"

    reached_from "aws_lambda_function" {
      by = "function_name"
    }
  }

  param "allowed_origins" {
    type        = "string_list"
    required    = true
    description = "Sites that may call the function, https://… each."
  }

  set "cors.allow_origins" {
    value = param.allowed_origins
    when  = contains(target.cors.allow_origins, "*")
  }

  applicability {
    level = "review"
    note  = "Pages of other sites can no longer call the function from a browser."
  }

  example "every site" {
    params = { allowed_origins = ["https://www.acme.example"] }

    before = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"

        cors {
          allow_origins = ["*"]
          allow_methods = ["GET"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"

        cors {
          allow_origins = ["https://www.acme.example"]
          allow_methods = ["GET"]
        }
      }
    EOT
  }

  example "nobody has named the sites" {
    before  = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"

        cors {
          allow_origins = ["*"]
          allow_methods = ["GET"]
        }
      }
    EOT
    refused = true
  }

  example "one site" {
    params = { allowed_origins = ["https://www.acme.example"] }

    before    = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"

        cors {
          allow_origins = ["https://www.acme.example"]
          allow_methods = ["GET"]
        }
      }
    EOT
    unchanged = true
  }

  example "no browser at all" {
    params = { allowed_origins = ["https://www.acme.example"] }

    before    = <<-EOT
      resource "aws_lambda_function_url" "main" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"
      }
    EOT
    unchanged = true
  }

  example "every site may do anything, and the function is named" {
    params = { allowed_origins = ["https://www.acme.example"] }

    address = "aws_lambda_function.orders"

    before = <<-EOT
      resource "aws_lambda_function" "orders" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }

      resource "aws_lambda_function_url" "orders" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"

        cors {
          allow_origins = ["*"]
          allow_methods = ["*"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "orders" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }

      resource "aws_lambda_function_url" "orders" {
        function_name      = aws_lambda_function.orders.function_name
        authorization_type = "AWS_IAM"

        cors {
          allow_origins = ["https://www.acme.example"]
          allow_methods = ["*"]
        }
      }
    EOT
  }
}
