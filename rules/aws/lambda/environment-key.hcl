rule "aws/lambda/environment-key" {
  title    = "Encrypt a Lambda function's environment with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Environment variables often hold addresses and credentials, and whoever may
    look at the function sees them. With a key of one's own that takes a second
    permission.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov   = ["CKV_AWS_173"]
    terrascan = ["AC_AWS_0483"]
    prowler   = ["awslambda_function_env_vars_not_encrypted_with_cmk"]
  }

  target {
    resource = "aws_lambda_function"
    when     = target.environment != null
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
      when    = target.environment_variables != null
    }
  }

  module "cloudposse/lambda-function/aws" {
    version = ">= 0.1"

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
      when    = target.lambda_environment != null
    }
  }

  applicability {
    level = "review"
    note  = "The function's role needs permission to decrypt with the key, or calls fail."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn

        environment {
          variables = {
            TABLE = "orders"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

        environment {
          variables = {
            TABLE = "orders"
          }
        }
      }
    EOT
  }

  example "an empty key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        kms_key_arn   = ""

        environment {
          variables = {
            TABLE = "orders"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

        environment {
          variables = {
            TABLE = "orders"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn

        environment {
          variables = {
            TABLE = "orders"
          }
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
        kms_key_arn   = aws_kms_key.functions.arn

        environment {
          variables = {
            TABLE = "orders"
          }
        }
      }
    EOT
    unchanged = true
  }

  example "no environment, nothing to encrypt" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/lambda ~> 7.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/lambda/aws"
        version = "~> 7.0"

        environment_variables = { STAGE = "live" }
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/lambda/aws"
        version = "~> 7.0"

        environment_variables = { STAGE = "live" }
        kms_key_arn           = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "the published module cloudposse/lambda-function 0.6.1" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "cloudposse/lambda-function/aws"
        version = "0.6.1"

        lambda_environment = { variables = { STAGE = "live" } }
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/lambda-function/aws"
        version = "0.6.1"

        lambda_environment = { variables = { STAGE = "live" } }
        kms_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
