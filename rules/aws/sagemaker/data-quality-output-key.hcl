rule "aws/sagemaker/data-quality-output-key" {
  title    = "Encrypt what a data quality job writes with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Reports on data quality quote the data. A customer managed key limits and
    logs who can read them.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_data_quality_job_definition",
  ]

  aliases {
    checkov = ["CKV_AWS_367"]
  }

  target {
    resource = "aws_sagemaker_data_quality_job_definition"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "data_quality_job_output_config.kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the job definition; past reports stay as they are."
    replacement = "The job definition is created anew."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        name     = "main"
        role_arn = aws_iam_role.quality.arn

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = "s3://acme-quality/output"
            }
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        name     = "main"
        role_arn = aws_iam_role.quality.arn

        data_quality_job_output_config {
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

          monitoring_outputs {
            s3_output {
              s3_uri = "s3://acme-quality/output"
            }
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        name     = "main"
        role_arn = aws_iam_role.quality.arn

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = "s3://acme-quality/output"
            }
          }
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        name     = "main"
        role_arn = aws_iam_role.quality.arn

        data_quality_job_output_config {
          kms_key_id = aws_kms_key.quality.arn

          monitoring_outputs {
            s3_output {
              s3_uri = "s3://acme-quality/output"
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
