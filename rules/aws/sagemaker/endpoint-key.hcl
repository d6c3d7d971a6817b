rule "aws/sagemaker/endpoint-key" {
  title    = "Encrypt the storage behind a SageMaker endpoint with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Models, their inputs and captured answers lie on the endpoint's storage. A
    customer managed key limits, logs and can end access to them.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_endpoint_configuration",
  ]

  aliases {
    checkov = ["CKV_AWS_98"]
    kics    = ["58b35504-0287-4154-bf69-02c0573deab8"]
  }

  target {
    resource = "aws_sagemaker_endpoint_configuration"
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

  applicability {
    level       = "review"
    note        = "Terraform replaces the configuration; the endpoint switches over without interruption if `create_before_destroy` is set."
    replacement = "The endpoint configuration is created anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_endpoint_configuration" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_endpoint_configuration" "main" {
        name        = "main"
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_sagemaker_endpoint_configuration" "main" {
        name        = "main"
        kms_key_arn = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_endpoint_configuration" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_endpoint_configuration" "main" {
        for_each    = toset(var.names)
        name        = each.key
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_sagemaker_endpoint_configuration" "main" {
        name = "main"
      }
    EOT
    refused = true
  }
}
