rule "aws/sagemaker/model-network-isolation" {
  title    = "Isolate a model's containers from the network"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Inference code is often other people's. Isolated, it cannot send your data
    away, nor fetch more code.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_model",
  ]

  aliases {
    checkov      = ["CKV_AWS_370"]
    security_hub = ["SageMaker.5"]
    prowler      = ["sagemaker_models_network_isolation_enabled"]
  }

  target {
    resource = "aws_sagemaker_model"
  }

  set "enable_network_isolation" {
    value   = true
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform replaces the model; containers that fetch something at run time fail."
    replacement = true
    behaviour   = "Containers get no network, not even to S3 or ECR."
  }

  example "enable network isolation not mentioned" {
    before = <<-EOT
      resource "aws_sagemaker_model" "main" {
        execution_role_arn = var.execution_role_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = true
      }
    EOT
  }

  example "enable network isolation wrong in writing" {
    before = <<-EOT
      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sagemaker_model" "main" {
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sagemaker_model" "main" {
        for_each           = toset(var.names)
        execution_role_arn = var.execution_role_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_model" "main" {
        for_each                 = toset(var.names)
        execution_role_arn       = var.execution_role_arn
        enable_network_isolation = true
      }
    EOT
  }
}
