rule "aws/neptune/audit-log-export" {
  title    = "Send the audit log of a Neptune cluster to CloudWatch"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The audit log says who asked the graph what. Kept inside the cluster it
    disappears with it, and nobody is alerted by it.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/cloudwatch-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_101"]
    security_hub = ["Neptune.2"]
    prowler      = ["neptune_cluster_integration_cloudwatch_logs"]
    trivy        = ["AWS-0075"]
    tfsec        = ["aws-neptune-enable-log-export"]
    kics         = ["45cff7b6-3b80-40c1-ba7b-2cf480678bb8"]
    terrascan    = ["AC_AWS_0494"]
  }

  target {
    resource = "aws_neptune_cluster"
  }

  set "enable_cloudwatch_logs_exports" {
    value    = ["audit"]
    contains = ["audit"]
  }

  applicability {
    level = "review"
    note  = "The cluster parameter neptune_enable_audit_log must be 1 as well, or nothing is written; it is in the parameter group, not here."
    cost  = "CloudWatch bills what is written and kept."
  }

  example "enable cloudwatch logs exports not mentioned" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = ["audit"]

      }
    EOT
  }

  example "enable cloudwatch logs exports wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = ["slowquery"] # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = ["slowquery", "audit"] # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = list(string)
        default = ["slowquery"]
      }

      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = list(string)
        default = ["slowquery", "audit"]
      }

      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = list(string)
      }

      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster" "main" {
        enable_cloudwatch_logs_exports = ["audit"]
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

        enable_cloudwatch_logs_exports = ["audit"]
      }
    EOT
  }
}
