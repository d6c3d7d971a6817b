rule "aws/neptune/iam-authentication" {
  title    = "Let IAM decide who may connect to a Neptune cluster"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without it whoever reaches the port may query the graph. With it each
    request carries an identity that can be limited, logged and withdrawn.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/iam-auth.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_359"]
    kics         = ["c91d7ea0-d4d1-403b-8fe1-c9961ac082c5"]
    security_hub = ["Neptune.7"]
    prowler      = ["neptune_cluster_iam_authentication_enabled"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  set "iam_database_authentication_enabled" {
    value   = true
    default = false
  }

  applicability {
    level     = "review"
    note      = "Every client must sign its requests from the next apply on; clients that do not are refused."
    behaviour = "Requests without a signature are refused."
  }

  example "iam database authentication enabled not mentioned" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = true

      }
    EOT
  }

  example "iam database authentication enabled wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        iam_database_authentication_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        for_each = toset(var.names)

        iam_database_authentication_enabled = true
      }
    EOT
  }
}
