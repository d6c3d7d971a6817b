rule "aws/codebuild/project-key" {
  title    = "Encrypt build artifacts with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Artifacts are what will run in production. A customer managed key limits who
    can read or replace them between build and deployment.
  EOT

  references = [
    "https://docs.aws.amazon.com/codebuild/latest/userguide/security-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codebuild_project",
  ]

  aliases {
    checkov = ["CKV_AWS_147"]
  }

  target {
    resource = "aws_codebuild_project"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encryption_key" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "The build role and readers of the artifacts need permission to use the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name           = "main"
        service_role   = aws_iam_role.build.arn
        encryption_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_codebuild_project" "main" {
        name           = "main"
        service_role   = aws_iam_role.build.arn
        encryption_key = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        for_each     = toset(var.names)
        name         = each.key
        service_role = aws_iam_role.build.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        for_each       = toset(var.names)
        name           = each.key
        service_role   = aws_iam_role.build.arn
        encryption_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn
      }
    EOT
    refused = true
  }

  example "artifacts in S3" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type     = "S3"
          location = aws_s3_bucket.artifacts.bucket
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name           = "main"
        service_role   = aws_iam_role.build.arn
        encryption_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

        artifacts {
          type     = "S3"
          location = aws_s3_bucket.artifacts.bucket
        }
      }
    EOT
  }
}
