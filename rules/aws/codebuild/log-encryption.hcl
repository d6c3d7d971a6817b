rule "aws/codebuild/log-encryption" {
  title    = "Encrypt the logs of a build"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The logs repeat what builds were told, secrets included that somebody printed.
    Their encryption can only be off because somebody switched it off.
  EOT

  references = [
    "https://docs.aws.amazon.com/codebuild/latest/userguide/getting-started-create-build-project-console.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codebuild_project",
  ]

  aliases {
    checkov      = ["CKV_AWS_311"]
    security_hub = ["CodeBuild.3"]
    prowler      = ["codebuild_project_s3_logs_encrypted"]
  }

  target {
    resource = "aws_codebuild_project"
  }

  set "logs_config.s3_logs.encryption_disabled" {
    value         = false
    default       = false
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Readers of the logs need permission to use the project's key."
  }

  example "logs in the clear" {
    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = true # for the old viewer
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = false # for the old viewer
          }
        }
      }
    EOT
  }

  example "encrypted by default" {
    before   = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status   = "ENABLED"
            location = "acme-logs/builds"
          }
        }
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "plain_logs" {
        type    = bool
        default = true
      }

      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = var.plain_logs
          }
        }
      }
    EOT
    after  = <<-EOT
      variable "plain_logs" {
        type    = bool
        default = false
      }

      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = var.plain_logs
          }
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "plain_logs" {
        type = bool
      }

      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = var.plain_logs
          }
        }
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        for_each     = toset(var.names)
        name         = each.key
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = true
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        for_each     = toset(var.names)
        name         = each.key
        service_role = aws_iam_role.build.arn

        artifacts {
          type = "NO_ARTIFACTS"
        }

        logs_config {
          s3_logs {
            status              = "ENABLED"
            location            = "acme-logs/builds"
            encryption_disabled = false
          }
        }
      }
    EOT
  }
}
