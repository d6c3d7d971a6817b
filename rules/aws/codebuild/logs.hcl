rule "aws/codebuild/logs" {
  title    = "Keep the logs of builds"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A build runs code from many places with the right to publish. When something
    gets in there, the log of the build is where it shows.
  EOT

  references = [
    "https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codebuild_project",
  ]

  aliases {
    checkov      = ["CKV_AWS_314"]
    security_hub = ["CodeBuild.4"]
    prowler      = ["codebuild_project_logging_enabled"]
  }

  target {
    resource = "aws_codebuild_project"
  }

  set "logs_config.cloudwatch_logs.status" {
    value   = "ENABLED"
    present = true
    when    = target.logs_config.s3_logs == null
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "nothing said" {
    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        logs_config {
          cloudwatch_logs {
            status = "ENABLED"
          }
        }
      }
    EOT
  }

  example "logs go to a bucket" {
    before    = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

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

  example "already on" {
    before    = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        logs_config {
          cloudwatch_logs {
            group_name = "builds"
            status     = "ENABLED"
          }
        }
      }
    EOT
    unchanged = true
  }
}
