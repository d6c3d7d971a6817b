rule "aws/codepipeline/artifact-key" {
  title    = "Encrypt a pipeline's artifact store with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Between the stages of a pipeline lies the code that goes to production. A
    customer managed key limits who can read or swap it there.
  EOT

  references = [
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codepipeline",
  ]

  aliases {
    checkov = ["CKV_AWS_219"]
  }

  target {
    resource = "aws_codepipeline"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "artifact_store.encryption_key" {
    body {
      set "id" {
        value = param.kms_key
        keep  = true
      }
      type = "KMS"
    }
  }

  applicability {
    level = "review"
    note  = "Every role that a stage of the pipeline assumes needs permission to use the key."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codepipeline" "main" {
        name     = "main"
        role_arn = aws_iam_role.pipeline.arn

        artifact_store {
          location = aws_s3_bucket.artifacts.bucket
          type     = "S3"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codepipeline" "main" {
        name     = "main"
        role_arn = aws_iam_role.pipeline.arn

        artifact_store {
          location = aws_s3_bucket.artifacts.bucket
          type     = "S3"

          encryption_key {
            id   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            type = "KMS"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_codepipeline" "main" {
        name     = "main"
        role_arn = aws_iam_role.pipeline.arn

        artifact_store {
          location = aws_s3_bucket.artifacts.bucket
          type     = "S3"
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_codepipeline" "main" {
        name     = "main"
        role_arn = aws_iam_role.pipeline.arn

        artifact_store {
          location = aws_s3_bucket.artifacts.bucket
          type     = "S3"

          encryption_key {
            id   = aws_kms_key.artifacts.arn
            type = "KMS"
          }
        }
      }
    EOT
    unchanged = true
  }
}
