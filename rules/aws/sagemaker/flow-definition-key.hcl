rule "aws/sagemaker/flow-definition-key" {
  title    = "Encrypt the output of a human review flow with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Reviewers see and correct real records, and their answers are stored. A
    customer managed key limits and logs who can read them.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/a2i-permissions-security.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_flow_definition",
  ]

  aliases {
    checkov = ["CKV_AWS_372"]
  }

  target {
    resource = "aws_sagemaker_flow_definition"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "output_config.kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the flow definition; reviews under way finish with the old one."
    replacement = "The flow definition is created anew."
  }

  example "the block is there, the argument is not" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_flow_definition" "main" {
        flow_definition_name = "main"
        role_arn             = aws_iam_role.review.arn

        output_config {
          s3_output_path = "s3://acme-reviews/"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_flow_definition" "main" {
        flow_definition_name = "main"
        role_arn             = aws_iam_role.review.arn

        output_config {
          s3_output_path = "s3://acme-reviews/"
          kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_sagemaker_flow_definition" "main" {
        flow_definition_name = "main"
        role_arn             = aws_iam_role.review.arn

        output_config {
          s3_output_path = "s3://acme-reviews/"
          kms_key_id     = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_sagemaker_flow_definition" "main" {
        flow_definition_name = "main"
        role_arn             = aws_iam_role.review.arn
      }
    EOT
    refused = true
  }
}
