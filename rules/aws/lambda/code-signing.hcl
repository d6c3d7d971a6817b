rule "aws/lambda/code-signing" {
  title    = "Run signed code only in a Lambda function"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Whoever may update a function may put any code into it. With code signing
    the update must also come from a signer that the organisation trusts.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov = ["CKV_AWS_272"]
  }

  target {
    resource = "aws_lambda_function"
  }

  param "code_signing_config_arn" {
    type        = "expression"
    required    = true
    description = "Code signing configuration that lists the trusted signers: an ARN or a reference such as aws_lambda_code_signing_config.main.arn."
  }

  set "code_signing_config_arn" {
    value   = param.code_signing_config_arn
    present = true
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "code_signing_config_arn" {
      value   = param.code_signing_config_arn
      present = true
    }

    refuse {
      when = try(target.package_type == "Image", false)
      note = "Lambda checks signatures of zip archives only, and this function runs a container image. Let the registry or the pipeline verify who signed the image."
    }
  }

  refuse {
    when = try(target.package_type == "Image", false)
    note = "Lambda checks signatures of zip archives only, and this function runs a container image. Let the registry or the pipeline verify who signed the image."
  }

  applicability {
    level = "review"
    note  = "Deployments of packages that nobody has signed fail from then on."
  }

  example "code signing config arn not mentioned" {
    params = { code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name           = "orders"
        role                    = aws_iam_role.orders.arn
        code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0"
      }
    EOT
  }

  example "already right" {
    params = { code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0" }

    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name           = "orders"
        role                    = aws_iam_role.orders.arn
        code_signing_config_arn = aws_lambda_code_signing_config.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        for_each      = toset(var.names)
        function_name = each.key
        role          = aws_iam_role.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        for_each                = toset(var.names)
        function_name           = each.key
        role                    = aws_iam_role.orders.arn
        code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0"
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
      code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0f6c334abcdea4d8b"
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

        code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0f6c334abcdea4d8b"
      }
    EOT
  }

  example "a container image" {
    params = { code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0" }

    before  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        package_type  = "Image"
        image_uri     = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1"
      }
    EOT
    refused = "container image"
  }

  example "a container image, with the published module" {
    params = { code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0" }

    before  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/lambda/aws"
        version = "~> 7.0"

        create_package = false
        package_type   = "Image"
      }
    EOT
    refused = "container image"
  }
}
