rule "aws/rds/performance-insights-key" {
  title    = "Encrypt Performance Insights with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Performance Insights keeps the text of queries, and with them values from
    the data. A customer managed key limits and logs who can read them.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.access-control.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_354"]
    trivy   = ["AWS-0078"]
    tfsec   = ["aws-rds-enable-performance-insights-encryption"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster_instance"]
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "performance_insights_kms_key_id" {
    value   = param.kms_key
    present = true
    when    = target.performance_insights_enabled == true
  }

  applicability {
    level = "review"
    note  = "The key cannot be changed again once it is set."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_instance" "main" {
        identifier                   = "main"
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "main" {
        identifier                      = "main"
        instance_class                  = "db.r6g.large"
        performance_insights_enabled    = true
        performance_insights_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_db_instance" "main" {
        identifier                   = "main"
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_db_instance" "main" {
        identifier                      = "main"
        instance_class                  = "db.r6g.large"
        performance_insights_enabled    = true
        performance_insights_kms_key_id = aws_kms_key.database.arn
      }
    EOT
    unchanged = true
  }

  example "Performance Insights is off" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_db_instance" "main" {
        identifier     = "main"
        instance_class = "db.r6g.large"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_instance" "main" {
        for_each                     = toset(var.names)
        identifier                   = each.key
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "main" {
        for_each                        = toset(var.names)
        identifier                      = each.key
        instance_class                  = "db.r6g.large"
        performance_insights_enabled    = true
        performance_insights_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
