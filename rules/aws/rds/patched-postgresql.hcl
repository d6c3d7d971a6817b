rule "aws/rds/patched-postgresql" {
  title    = "Run a PostgreSQL minor version without known holes"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The log_fdw extension of these versions lets a user of the database read the
    host's credentials. Later minor versions of the same line do not.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_250"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster"]
    when     = target.engine == "postgres"
  }

  set "engine_version" {
    value = "13.20"
    when  = startswith(target.engine_version, "13.") && contains(["13.1", "13.2"], target.engine_version)
  }

  set "engine_version" {
    value = "12.22"
    when  = contains(["12.2", "12.3", "12.4", "12.5", "12.6"], target.engine_version)
  }

  set "engine_version" {
    value = "11.22"
    when  = contains(["11.1", "11.2", "11.4", "11.5", "11.6", "11.7", "11.8", "11.9", "11.10", "11.11"], target.engine_version)
  }

  set "engine_version" {
    value = "11.22"
    when  = startswith(target.engine_version, "10.") || startswith(target.engine_version, "9.")
  }

  refuse {
    when = startswith(target.engine_version, "10.") || startswith(target.engine_version, "9.")
    note = "The major version is past its end, and no minor version of it is left. Plan a major upgrade."
  }

  applicability {
    level    = "disruptive"
    note     = "The upgrade restarts the database; for a Multi-AZ instance both copies at once."
    downtime = "A restart of some minutes."

    runbook = <<-EOT
      1. Take a snapshot; try the new minor version on a copy.
      2. Apply in the maintenance window.
    EOT
  }

  example "an old minor version" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "13.2"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "13.20"
        instance_class = "db.t3.medium"
      }
    EOT
  }

  example "an older line" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "12.6"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "12.22"
        instance_class = "db.t3.medium"
      }
    EOT
  }

  example "the oldest line that can be mended" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "11.11"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "11.22"
        instance_class = "db.t3.medium"
      }
    EOT
  }

  example "a line past its end" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "9.6.10"
        instance_class = "db.t3.medium"
      }
    EOT
    refused = true
  }

  example "a current version" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "16.4"
        instance_class = "db.t3.medium"
      }
    EOT
    unchanged = true
  }
}
