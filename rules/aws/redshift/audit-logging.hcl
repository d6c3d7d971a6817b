rule "aws/redshift/audit-logging" {
  title    = "Log who uses a Redshift cluster"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The log says who connected, from where, and which accounts changed. Without
    it the use of stolen credentials on the warehouse leaves no trace.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_71"]
    kics         = ["15ffbacc-fa42-4f6f-a57d-2feac7365caa"]
    terrascan    = ["AC_AWS_0200"]
    snyk         = ["SNYK-CC-TF-136"]
    security_hub = ["Redshift.4"]
    prowler      = ["redshift_cluster_audit_logging"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  param "log_bucket" {
    type        = "expression"
    required    = true
    description = "Bucket for the logs, whose policy lets Redshift write to it: a name or a reference such as aws_s3_bucket.logs.id."
  }

  companion "aws_redshift_logging" {
    link            = "cluster_identifier"
    link_attributes = ["id", "cluster_identifier"]

    body {
      cluster_identifier = target.id
      set "log_destination_type" {
        value = "s3"
        keep  = true
      }
      set "bucket_name" {
        value = param.log_bucket
        keep  = true
        when  = !linked("aws_redshift_logging", "cluster_identifier")
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Stored logs are billed by S3."
  }

  example "no logging" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }

      resource "aws_redshift_logging" "warehouse" {
        cluster_identifier   = aws_redshift_cluster.warehouse.id
        log_destination_type = "s3"
        bucket_name          = "acme-logs"
      }
    EOT
  }

  example "nobody has given the bucket yet" {
    before  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    refused = true
  }

  example "logging declared elsewhere" {
    params = { log_bucket = "acme-logs" }

    before    = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }

      resource "aws_redshift_logging" "audit" {
        cluster_identifier   = aws_redshift_cluster.warehouse.id
        log_destination_type = "cloudwatch"
        log_exports          = ["connectionlog", "userlog"]
      }
    EOT
    unchanged = true
  }
}
