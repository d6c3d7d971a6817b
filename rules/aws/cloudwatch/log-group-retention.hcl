rule "aws/cloudwatch/log-group-retention" {
  title    = "Keep logs for at least a year"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Intrusions are often noticed months after they began. Without the logs of
    that time nobody can tell what was read, and without a stated period logs
    pile up for ever unnoticed.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group",
  ]

  aliases {
    checkov      = ["CKV_AWS_338", "CKV_AWS_66"]
    kics         = ["ef0b316a-211e-42f1-888e-64efe172b755"]
    terrascan    = ["AC_AWS_0452"]
    security_hub = ["CloudWatch.16"]
    prowler      = ["cloudwatch_log_group_retention_policy_specific_days_enabled"]
  }

  target {
    resource = "aws_cloudwatch_log_group"
  }

  param "log_retention_days" {
    type        = "number"
    default     = 365
    description = "Days to keep log entries; one of the periods CloudWatch offers."
  }

  set "retention_in_days" {
    value  = param.log_retention_days
    one_of = [0, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "cloudwatch_logs_retention_in_days" {
      value  = 365
      one_of = [0, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
    }
  }

  module "cloudposse/lambda-function/aws" {
    version = ">= 0.1"

    set "cloudwatch_logs_retention_in_days" {
      value  = 365
      one_of = [0, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
    }
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 18.0"

    set "cloudwatch_log_group_retention_in_days" {
      value  = 365
      one_of = [0, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
    }
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 8.0"

    set "cloudwatch_log_group_retention_in_days" {
      value  = 365
      one_of = [0, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
      when   = target.create_cloudwatch_log_group == true
    }
  }

  applicability {
    level = "review"
    cost  = "Longer retention is billed by stored volume."
  }

  example "retention in days not mentioned" {
    before = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        name = "/app/orders"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = 365
      }
    EOT
  }

  example "retention in days wrong in writing" {
    before = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = 14 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = 365 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 14
      }

      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 365
      }

      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        name              = "/app/orders"
        retention_in_days = 400
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudwatch_log_group" "app" {
        for_each          = toset(var.names)
        name              = each.key
        retention_in_days = 365
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

        cloudwatch_logs_retention_in_days = 365
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

        cloudwatch_logs_retention_in_days = 365
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 20.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cloudwatch_log_group_retention_in_days = 365
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        create_cloudwatch_log_group = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        create_cloudwatch_log_group            = true
        cloudwatch_log_group_retention_in_days = 365
      }
    EOT
  }
}
