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
    checkov = ["CKV_AWS_250", "CKV_AWS_388"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster"]
    when     = contains(["postgres", "aurora-postgresql"], lower(target.engine))
  }

  set "engine_version" {
    value = "13.20"
    when  = lower(target.engine) == "postgres" && contains(["13.1", "13.2"], target.engine_version)
  }

  set "engine_version" {
    value = "12.22"
    when  = lower(target.engine) == "postgres" && contains(["12.2", "12.3", "12.4", "12.5", "12.6"], target.engine_version)
  }

  set "engine_version" {
    value = "11.22"
    when  = lower(target.engine) == "postgres" && contains(["11.1", "11.2", "11.4", "11.5", "11.6", "11.7", "11.8", "11.9", "11.10", "11.11"], target.engine_version)
  }

  set "engine_version" {
    value = "11.21"
    when  = lower(target.engine) == "aurora-postgresql" && contains(["11.4", "11.6", "11.7", "11.8"], target.engine_version)
  }

  # Of these lines no minor version is left: AWS has moved their databases on by force, and runs none of them any more.
  set "allow_major_version_upgrade" {
    value = true
    when  = target.engine_version != null && matches(target.engine_version, "^(9|10)[.]")
  }

  set "engine_version" {
    value = "13.20"
    when  = target.engine_version != null && matches(target.engine_version, "^(9|10)[.]")
  }

  refuse {
    when = target.engine_version != null && matches(target.engine_version, "^(9|10)[.]") && (target.parameter_group_name != null || target.db_cluster_parameter_group_name != null)
    note = "The major version is past its end, or may be, and the parameter group belongs to it. Write a group for the version to come first."
  }

  applicability {
    level    = "disruptive"
    note     = "The upgrade restarts the database; for a Multi-AZ instance both copies at once."
    downtime = "A restart of some minutes."

    runbook = <<-EOT
      1. Take a snapshot; try the new version on a copy. From 9 and 10 it is a major upgrade: check extensions and the application too, and
         look up which version runs by now, for AWS has upgraded these databases by itself.
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
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        engine_version = "9.6.10"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                  = "orders"
        engine                      = "postgres"
        engine_version              = "13.20"
        instance_class              = "db.t3.medium"
        allow_major_version_upgrade = true
      }
    EOT
  }

  example "a line of Aurora past its end" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        engine_version     = "10.12"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier          = "orders"
        engine                      = "aurora-postgresql"
        engine_version              = "13.20"
        allow_major_version_upgrade = true
      }
    EOT
  }

  example "a line past its end, with parameters of its own" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        engine_version       = "9.6.10"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
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

  example "Aurora" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        engine_version     = "11.8"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        engine_version     = "11.21"
      }
    EOT
  }

  example "an instance of Aurora" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "aurora-postgresql"
        engine_version = "11.6"
        instance_class = "db.r5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "aurora-postgresql"
        engine_version = "11.21"
        instance_class = "db.r5.large"
      }
    EOT
  }

  example "a current version of Aurora" {
    before   = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        engine_version     = "11.9"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each       = toset(var.names)
        identifier     = each.key
        engine         = "postgres"
        engine_version = "12.5"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each       = toset(var.names)
        identifier     = each.key
        engine         = "postgres"
        engine_version = "12.22"
        instance_class = "db.t3.medium"
      }
    EOT
  }
}
