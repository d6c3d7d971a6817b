rule "aws/sagemaker/notebook-key" {
  title    = "Encrypt a SageMaker domain or notebook with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Notebooks hold samples of the data and credentials for reaching more of it.
    A customer managed key lets its owner log and end access to the volume.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_notebook_instance",
  ]

  aliases {
    checkov   = ["CKV_AWS_187", "CKV_AWS_22"]
    kics      = ["f3674e0c-f6be-43fa-b71c-bf346d1aed99"]
    terrascan = ["AC_AWS_0499"]
    prowler   = ["sagemaker_notebook_instance_encryption_enabled"]
  }

  target {
    resource = ["aws_sagemaker_notebook_instance", "aws_sagemaker_domain"]
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

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the notebook or domain; files on its volume are lost."
    replacement = true
    data_loss   = "Files that were never pushed to a repository or to S3."

    runbook = <<-EOT
      1. Ask the users to push their work to git or S3.
      2. Apply, and let them clone it again.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
        kms_key_id    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
        kms_key_id    = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        for_each      = toset(var.names)
        name          = each.key
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        for_each      = toset(var.names)
        name          = each.key
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
        kms_key_id    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_sagemaker_notebook_instance" "main" {
        name          = "main"
        role_arn      = aws_iam_role.notebook.arn
        instance_type = "ml.t3.medium"
      }
    EOT
    refused = true
  }
}
