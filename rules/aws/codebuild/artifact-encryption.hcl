rule "aws/codebuild/artifact-encryption" {
  title    = "Encrypt the artifacts of a build"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Artifacts are what will run. Their encryption can only be off because
    somebody switched it off.
  EOT

  references = [
    "https://docs.aws.amazon.com/codebuild/latest/userguide/security-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codebuild_project",
  ]

  aliases {
    checkov = ["CKV_AWS_78"]
    trivy   = ["AWS-0018"]
    tfsec   = ["aws-codebuild-enable-encryption"]
      }

  target {
    resource = "aws_codebuild_project"
  }

  set "artifacts.encryption_disabled" {
    value         = false
    default       = false
    create_blocks = false
    when          = !contains(["NO_ARTIFACTS"], try(target.artifacts.type, "S3"))
  }

  applicability {
    level = "review"
    note  = "Readers of artifacts need permission to use the project's key."
  }

  example "artifacts in the clear" {
    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type                = "S3"
          location            = aws_s3_bucket.artifacts.id
          encryption_disabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type                = "S3"
          location            = aws_s3_bucket.artifacts.id
          encryption_disabled = false
        }
      }
    EOT
  }

  example "encrypted by default" {
    before    = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type     = "S3"
          location = aws_s3_bucket.artifacts.id
        }
      }
    EOT
    unchanged = true
  }
}
