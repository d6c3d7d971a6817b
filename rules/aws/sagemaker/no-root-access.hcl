rule "aws/sagemaker/no-root-access" {
  title    = "Take root access from the users of a notebook instance"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With root a user of the notebook can read everything on the instance and
    change what the next user runs.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_notebook_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_307"]
    security_hub = ["SageMaker.3"]
    prowler      = ["sagemaker_notebook_instance_root_access_disabled"]
  }

  target {
    resource = "aws_sagemaker_notebook_instance"
  }

  set "root_access" {
    value   = "Disabled"
    default = "Enabled"
  }

  applicability {
    level     = "review"
    note      = "Users cannot install system packages any more; lifecycle configurations still run as root."
    behaviour = "Users lose sudo on the instance."
  }

  example "root access not mentioned" {
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
        root_access   = "Disabled"
      }
    EOT
  }

  example "root access wrong in writing" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn
        root_access   = "Enabled" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn
        root_access   = "Disabled" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "Enabled"
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn
        root_access   = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "Disabled"
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        instance_type = var.instance_type
        name          = "main"
        role_arn      = var.role_arn
        root_access   = var.setting
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
        root_access   = var.setting
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
        root_access   = "Disabled"
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
        root_access   = "Disabled"
      }
    EOT
  }
}
