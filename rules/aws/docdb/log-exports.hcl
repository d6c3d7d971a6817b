rule "aws/docdb/log-exports" {
  title    = "Send a DocumentDB cluster's logs to CloudWatch"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The audit log says who signed in and changed what, the profiler which
    operations were slow. In CloudWatch both outlive the instances and can raise
    alarms.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/event-auditing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_85"]
    trivy        = ["AWS-0020"]
    tfsec        = ["aws-documentdb-enable-log-export"]
    kics         = ["56f6a008-1b14-4af4-b9b2-ab7cf7e27641"]
    terrascan    = ["AC_AWS_0456"]
    security_hub = ["DocumentDB.4"]
    prowler      = ["documentdb_cluster_cloudwatch_log_export"]
  }

  target {
    resource = "aws_docdb_cluster"
  }

  set "enabled_cloudwatch_logs_exports" {
    value    = ["audit", "profiler"]
    contains = ["audit"]
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "enabled cloudwatch logs exports not mentioned" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier = "catalogue"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier              = "catalogue"
        enabled_cloudwatch_logs_exports = ["audit", "profiler"]
      }
    EOT
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        cluster_identifier              = "catalogue"
        enabled_cloudwatch_logs_exports = ["audit", "profiler"]
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster" "catalogue" {
        for_each                        = toset(var.names)
        cluster_identifier              = each.key
        enabled_cloudwatch_logs_exports = ["audit", "profiler"]
      }
    EOT
  }
}
