rule "aws/sagemaker/notebook-imdsv2" {
  title    = "Require IMDSv2 on a notebook instance"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Version 1 of the metadata service hands out credentials to any request the
    instance can be tricked into making. Version 2 asks for a session first.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-imds.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_notebook_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_371"]
  }

  target {
    resource = "aws_sagemaker_notebook_instance"
  }

  set "instance_metadata_service_configuration.minimum_instance_metadata_service_version" {
    value = "2"
  }

  applicability {
    level = "review"
    note  = "Software on the instance that knows only version 1 of the metadata service loses its credentials."
  }

  example "minimum instance metadata service version not mentioned" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = "2"
        }
      }
    EOT
  }

  example "minimum instance metadata service version wrong in writing" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = "1" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = "2" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "1"
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "2"
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = "2"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        for_each      = toset(var.names)
        instance_type = var.instance_type
        name          = each.key
        role_arn      = var.role_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        for_each      = toset(var.names)
        instance_type = var.instance_type
        name          = each.key
        role_arn      = var.role_arn

        instance_metadata_service_configuration {
          minimum_instance_metadata_service_version = "2"
        }
      }
    EOT
  }
}
