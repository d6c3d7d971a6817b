rule "aws/sagemaker/notebook-vpc" {
  title    = "Put a notebook into subnets chosen for it"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Outside a VPC a notebook sends what it reads anywhere, past all firewalls
    and flow logs.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_notebook_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_306"]
    security_hub = ["SageMaker.2"]
    prowler      = ["sagemaker_notebook_instance_vpc_settings_configured"]
  }

  target {
    resource = "aws_sagemaker_notebook_instance"
  }

  param "subnet_id" {
    type        = "expression"
    required    = true
    description = "Subnet for the notebook: an id or a reference."
  }
  param "security_group_ids" {
    type        = "expression"
    required    = true
    description = "Security groups of the notebook: a list or a reference."
  }

  set "subnet_id" {
    value   = param.subnet_id
    present = true
  }

  set "security_groups" {
    value   = param.security_group_ids
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the notebook; files on its volume are lost."
    replacement = true
    data_loss   = "Files that were never pushed to a repository or to S3."

    runbook = <<-EOT
      1. Ask the users to push their work to git or S3.
      2. Apply, and let them clone it again.
    EOT
  }

  example "anywhere" {
    params = { subnet_id = "subnet-0123456789abcdef0", security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name            = "main"
        role_arn        = aws_iam_role.notebook.arn
        instance_type   = "ml.t3.medium"
        subnet_id       = "subnet-0123456789abcdef0"
        security_groups = ["sg-0123456789abcdef0"]
      }
    EOT
  }

  example "nobody has said where" {
    before  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
      }
    EOT
    refused = true
  }

  example "placed already" {
    before    = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name            = "main"
        role_arn        = aws_iam_role.notebook.arn
        instance_type   = "ml.t3.medium"
        subnet_id       = aws_subnet.a.id
        security_groups = [aws_security_group.notebooks.id]
      }
    EOT
    unchanged = true
  }
}
