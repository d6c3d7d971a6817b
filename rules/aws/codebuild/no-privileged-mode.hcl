rule "aws/codebuild/no-privileged-mode" {
  title    = "Build without power over the host"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    In privileged mode the build container can reach all devices of its host. A
    malicious dependency needs no more than that to leave the container.
  EOT

  references = [
    "https://docs.aws.amazon.com/codebuild/latest/userguide/security.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codebuild_project",
  ]

  aliases {
    checkov      = ["CKV_AWS_316"]
    security_hub = ["CodeBuild.5"]
  }

  target {
    resource = "aws_codebuild_project"
  }

  set "environment.privileged_mode" {
    value         = false
    default       = false
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Builds that run Docker fail from then on; such projects need the mode and an exception."
  }

  example "privileged" {
    before = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        environment {
          compute_type    = "BUILD_GENERAL1_SMALL"
          image           = "aws/codebuild/standard:7.0"
          type            = "LINUX_CONTAINER"
          privileged_mode = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        environment {
          compute_type    = "BUILD_GENERAL1_SMALL"
          image           = "aws/codebuild/standard:7.0"
          type            = "LINUX_CONTAINER"
          privileged_mode = false
        }
      }
    EOT
  }

  example "not mentioned" {
    before    = <<-EOT
      resource "aws_codebuild_project" "main" {
        name         = "main"
        service_role = aws_iam_role.build.arn

        environment {
          compute_type = "BUILD_GENERAL1_SMALL"
          image        = "aws/codebuild/standard:7.0"
          type         = "LINUX_CONTAINER"
        }
      }
    EOT
    unchanged = true
  }
}
