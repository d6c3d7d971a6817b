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
    "https://github.com/hashicorp/terraform-provider-aws/pull/9746",
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

  # RDS answers "You cannot change your Performance Insights KMS key" from the first time on that it is on, also after it was off
  # for a while. Only what can be made anew without its data being lost gets the key.
  refuse {
    when = resource.type == "aws_db_instance" && target.performance_insights_enabled == true && target.performance_insights_kms_key_id == null && target.replicate_source_db == null
    note = "The key is chosen when Performance Insights is first switched on, and RDS refuses to change it on an instance that exists. Write `performance_insights_kms_key_id` when the instance is next created anew, from a snapshot for instance."
  }

  applicability {
    level       = "disruptive"
    note        = "RDS refuses to change the key of Performance Insights on an instance that exists: the plan shows a change in place, and the apply fails unless the instance is replaced."
    replacement = "Of this replica or cluster instance; the data stay with the source or the cluster."
    downtime    = "For clients of this instance until the new one is there; where it is the cluster's only instance, for all."

    runbook = <<-EOT
      1. Give the key's users kms:Decrypt and kms:GenerateDataKey.
      2. Make sure clients can do without this instance: lead a replica's readers elsewhere, let another instance of the cluster write.
      3. `terraform apply -replace=ADDRESS` for one instance at a time; each must answer again before the next.
    EOT
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_rds_cluster_instance" "main" {
        cluster_identifier           = aws_rds_cluster.main.id
        identifier                   = "main"
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster_instance" "main" {
        cluster_identifier              = aws_rds_cluster.main.id
        identifier                      = "main"
        instance_class                  = "db.r6g.large"
        performance_insights_enabled    = true
        performance_insights_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_rds_cluster_instance" "main" {
        cluster_identifier           = aws_rds_cluster.main.id
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
      resource "aws_rds_cluster_instance" "main" {
        for_each                     = toset(var.names)
        cluster_identifier           = aws_rds_cluster.main.id
        identifier                   = each.key
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster_instance" "main" {
        for_each                        = toset(var.names)
        cluster_identifier              = aws_rds_cluster.main.id
        identifier                      = each.key
        instance_class                  = "db.r6g.large"
        performance_insights_enabled    = true
        performance_insights_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "an instance that holds its own data" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_db_instance" "main" {
        identifier                   = "main"
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    refused = "refuses to change it on an instance that exists"
  }

  example "a replica" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_instance" "replica" {
        replicate_source_db          = aws_db_instance.main.identifier
        instance_class               = "db.r6g.large"
        performance_insights_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "replica" {
        replicate_source_db             = aws_db_instance.main.identifier
        instance_class                  = "db.r6g.large"
        performance_insights_enabled    = true
        performance_insights_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
