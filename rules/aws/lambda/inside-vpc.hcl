rule "aws/lambda/inside-vpc" {
  title    = "Run a Lambda function inside a VPC"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Outside a VPC a function may send anything anywhere, past all firewalls and
    flow logs. Inside one its traffic is bound and recorded like a server's.
  EOT

  references = [
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    "https://github.com/cloudposse/terraform-aws-lambda-function/issues/10",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function",
  ]

  aliases {
    checkov      = ["CKV_AWS_117"]
    terrascan    = ["AC_AWS_0486"]
    security_hub = ["Lambda.3"]
    prowler      = ["awslambda_function_inside_vpc"]
  }

  target {
    resource = "aws_lambda_function"
  }

  param "subnet_ids" {
    type        = "expression"
    required    = true
    description = "Subnets to run in: a list or a reference such as module.vpc.private_subnets."
  }
  param "security_group_ids" {
    type        = "expression"
    required    = true
    description = "Security groups of the function: a list or a reference."
  }

  block "vpc_config" {
    body {
      set "subnet_ids" {
        value = param.subnet_ids
        keep  = true
      }
      set "security_group_ids" {
        value = param.security_group_ids
        keep  = true
      }
    }
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "vpc_subnet_ids" {
      value   = param.subnet_ids
      present = true
    }

    set "vpc_security_group_ids" {
      value   = param.security_group_ids
      present = true
    }

    set "attach_network_policy" {
      value = true
      when  = target.create_role != false
    }
  }

  applicability {
    level = "review"
    note  = "The function reaches the internet only through a NAT gateway from then on. Its role needs what AWSLambdaVPCAccessExecutionRole allows (ec2:CreateNetworkInterface and the like) before this is applied: Lambda refuses the change of a function whose role lacks it."
  }

  example "no VPC" {
    params = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }

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

        vpc_config {
          subnet_ids         = ["subnet-0123456789abcdef0"]
          security_group_ids = ["sg-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "one for each name" {
    params = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }

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

        vpc_config {
          subnet_ids         = ["subnet-0123456789abcdef0"]
          security_group_ids = ["sg-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "nobody has said which subnets" {
    before  = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn
      }
    EOT
    refused = true
  }

  example "already inside" {
    before    = <<-EOT
      resource "aws_lambda_function" "main" {
        function_name = "orders"
        role          = aws_iam_role.orders.arn

        vpc_config {
          subnet_ids         = [aws_subnet.a.id]
          security_group_ids = [aws_security_group.orders.id]
        }
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/lambda ~> 7.0" {
    params = {
      subnet_ids         = ["subnet-0123456789abcdef0"]
      security_group_ids = ["sg-0123456789abcdef0"]
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

        vpc_subnet_ids         = ["subnet-0123456789abcdef0"]
        vpc_security_group_ids = ["sg-0123456789abcdef0"]
        attach_network_policy  = true
      }
    EOT
  }
}
