rule "aws/sagemaker/no-direct-internet" {
  title    = "Take the direct way to the internet from a notebook instance"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A notebook with its own way out can send anything anywhere, past every
    control of the network.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_notebook_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_122"]
    security_hub = ["SageMaker.1"]
    prowler      = ["sagemaker_notebook_instance_without_direct_internet_access_configured"]
  }

  target {
    resource = "aws_sagemaker_notebook_instance"
  }

  set "direct_internet_access" {
    value   = "Disabled"
    default = "Enabled"
  }

  refuse {
    when = target.subnet_id == null
    note = "Without its own subnet a notebook cannot lose its internet access: SageMaker refuses it. Choose subnet_id and security_groups first."
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform replaces the instance; what is only on its volume is lost, and packages must come through the VPC."
    replacement = true
    data_loss   = "Files on the notebook's volume that are not in a repository."
    behaviour   = "Downloads go through the VPC only."

    runbook = <<-EOT
      1. Save notebooks to a repository or to S3.
      2. See that the subnet reaches the package sources through a NAT gateway or endpoints.
      3. Apply, open the new instance, run one notebook.
    EOT
  }

  example "direct internet access not mentioned" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name            = "main"
        role_arn        = var.role_arn
        instance_type   = "ml.t3.medium"
        subnet_id       = aws_subnet.private.id
        security_groups = [aws_security_group.notebook.id]
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = "Disabled"
      }
    EOT
  }

  example "direct internet access wrong in writing" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = "Enabled" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = "Disabled" # decided in 2019
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
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "Disabled"
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_sagemaker_notebook_instance" "main" {
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = "Disabled"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        for_each        = toset(var.names)
        name            = "main"
        role_arn        = var.role_arn
        instance_type   = "ml.t3.medium"
        subnet_id       = aws_subnet.private.id
        security_groups = [aws_security_group.notebook.id]
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        for_each               = toset(var.names)
        name                   = "main"
        role_arn               = var.role_arn
        instance_type          = "ml.t3.medium"
        subnet_id              = aws_subnet.private.id
        security_groups        = [aws_security_group.notebook.id]
        direct_internet_access = "Disabled"
      }
    EOT
  }

  example "no subnet of its own" {
    before  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = var.role_arn
        instance_type = "ml.t3.medium"
      }
    EOT
    refused = true
  }
}
