rule "aws/sagemaker/data-quality-volume-key" {
  title    = "Encrypt the volumes of a data quality job with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The job copies the data it judges to its own volumes. A customer managed key
    limits and logs who can read what remains there.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_data_quality_job_definition",
  ]

  aliases {
    checkov = ["CKV_AWS_368"]
  }

  target {
    resource = "aws_sagemaker_data_quality_job_definition"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "job_resources.cluster_config.volume_kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the job definition; the role needs permission to use the key."
    replacement = "The job definition is created anew."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        name     = "main"
        role_arn = aws_iam_role.quality.arn

        job_resources {
          cluster_config {
            instance_count    = 1
            instance_type     = "ml.t3.medium"
            volume_size_in_gb = 20
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        name     = "main"
        role_arn = aws_iam_role.quality.arn

        job_resources {
          cluster_config {
            instance_count    = 1
            instance_type     = "ml.t3.medium"
            volume_size_in_gb = 20
            volume_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
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

        job_resources {
          cluster_config {
            instance_count    = 1
            instance_type     = "ml.t3.medium"
            volume_size_in_gb = 20
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

        job_resources {
          cluster_config {
            instance_count    = 1
            instance_type     = "ml.t3.medium"
            volume_size_in_gb = 20
            volume_kms_key_id = aws_kms_key.quality.arn
          }
        }
      }
    EOT
    unchanged = true
  }
}
