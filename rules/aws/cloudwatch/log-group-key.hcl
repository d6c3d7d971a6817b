rule "aws/cloudwatch/log-group-key" {
  title    = "Encrypt a log group with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Logs repeat what applications were told, tokens and personal data among it.
    With a key of one's own each read needs a second permission, and access ends
    when the key is disabled.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group",
  ]

  aliases {
    checkov   = ["CKV_AWS_158"]
    trivy     = ["AWS-0017"]
    tfsec     = ["aws-cloudwatch-log-group-customer-key"]
    kics      = ["0afbcfe9-d341-4b92-a64c-7e6de0543879"]
    terrascan = ["AC_AWS_0451"]
    snyk      = ["SNYK-CC-AWS-415"]
    prowler   = ["cloudwatch_log_group_kms_encryption_enabled"]
  }

  target {
    resource = "aws_cloudwatch_log_group"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/lambda/aws" {
    version = ">= 2.0"

    set "cloudwatch_logs_kms_key_id" {
      value   = param.kms_key
      present = true
    }
  }

  module "cloudposse/lambda-function/aws" {
    version = ">= 0.1"

    set "cloudwatch_logs_kms_key_arn" {
      value   = param.kms_key
      present = true
    }
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 18.0"

    set "cloudwatch_log_group_kms_key_id" {
      value   = param.kms_key
      present = true
    }
  }

  applicability {
    level = "review"
    note  = "The key's policy must let the CloudWatch Logs service of the region use it, or the apply fails; entries that exist keep their encryption."
    cost  = "KMS requests are billed."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudwatch_log_group" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_cloudwatch_log_group" "main" {
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_cloudwatch_log_group" "main" {
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudwatch_log_group" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudwatch_log_group" "main" {
        for_each = toset(var.names)

        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_cloudwatch_log_group" "main" {

      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/lambda ~> 7.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
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

        cloudwatch_logs_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
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
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/lambda-function/aws"
        version = "0.6.1"

        cloudwatch_logs_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 20.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

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

        cloudwatch_log_group_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
