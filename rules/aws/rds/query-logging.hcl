rule "aws/rds/query-logging" {
  title    = "Log the statements that change a PostgreSQL database"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The log of statements shows what was changed by whom, and the log of slow ones
    what eats the database. Without them both are guesses.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.Query_Logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov = ["CKV2_AWS_30"]
  }

  target {
    resource = "aws_db_instance"
    when     = lower(target.engine) == "postgres"
  }

  param "slow_statement_milliseconds" {
    type        = "number"
    default     = 1000
    description = "Statements that take at least this long are logged with their duration."
  }

  companion "aws_db_parameter_group" {
    referenced_by = "parameter_group_name"
    attribute     = "name"
    complete      = true

    body {
      # Before PostgreSQL 10 a family is named after two numbers: postgres9.6.
      set "family" {
        value = format("postgres%s", try(regex("^9[.][0-9]+", target.engine_version), split(".", target.engine_version)[0]))
        keep  = true
      }

      # From PostgreSQL 15 on this is the default; a group of its own must not be laxer than that.
      block "parameter" {
        matching = block.name == "rds.force_ssl"
        when     = target.parameter_group_name == null

        body {
          name  = "rds.force_ssl"
          value = "1"
        }
      }

      block "parameter" {
        matching = block.name == "log_statement"

        body {
          name = "log_statement"
          set "value" {
            value  = "ddl"
            one_of = ["ddl", "mod", "all"]
          }
        }
      }

      block "parameter" {
        matching = block.name == "log_min_duration_statement"

        body {
          name = "log_min_duration_statement"
          set "value" {
            value = tostring(param.slow_statement_milliseconds)
            keep  = true
          }
        }
      }
    }
  }

  applicability {
    level = "review"
    note  = "A group serves every database that names it. Logged statements may hold personal data. A new group also asks for encrypted connections, as PostgreSQL does by itself from version 15 on."
    cost  = "Log storage is billed."
  }

  example "no parameter group" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        instance_class = "db.t3.medium"
        engine         = "postgres"
        engine_version = "16.4"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        family = "postgres16"

        parameter {
          name  = "rds.force_ssl"
          value = "1"
        }

        parameter {
          name  = "log_statement"
          value = "ddl"
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "1000"
        }
      }
    EOT
  }

  example "a group that says nothing" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "log_statement"
          value = "ddl"
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "1000"
        }
      }
    EOT
  }

  example "a group that logs nothing" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "log_statement"
          value = "none" # too much
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "log_statement"
          value = "ddl" # too much
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "1000"
        }
      }
    EOT
  }

  example "already right" {
    address = "aws_db_instance.orders"

    before   = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "log_statement"
          value = "all"
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "500"
        }
      }
    EOT
    unchanged = true
  }

  example "a version that is not written down" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        instance_class = "db.t3.medium"
        engine         = "postgres"
      }
    EOT
    refused = true
  }

  example "its version is a variable" {
    before = <<-EOT
      variable "version_number" {
        type    = string
        default = "15.5"
      }

      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        instance_class = "db.t3.medium"
        engine         = "postgres"
        engine_version = var.version_number
      }
    EOT
    after  = <<-EOT
      variable "version_number" {
        type    = string
        default = "15.5"
      }

      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = var.version_number
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        family = "postgres15"

        parameter {
          name  = "rds.force_ssl"
          value = "1"
        }

        parameter {
          name  = "log_statement"
          value = "ddl"
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "1000"
        }
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each = toset(var.names)

        identifier     = "orders"
        instance_class = "db.t3.medium"
        engine         = "postgres"
        engine_version = "16.4"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each = toset(var.names)

        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "16.4"
        parameter_group_name = aws_db_parameter_group.orders[each.key].name
      }

      resource "aws_db_parameter_group" "orders" {
        for_each = toset(var.names)

        family = "postgres16"

        parameter {
          name  = "rds.force_ssl"
          value = "1"
        }

        parameter {
          name  = "log_statement"
          value = "ddl"
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "1000"
        }
      }
    EOT
  }

  example "a version before 10" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        instance_class = "db.t3.medium"
        engine         = "postgres"
        engine_version = "9.6.24"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        instance_class       = "db.t3.medium"
        engine               = "postgres"
        engine_version       = "9.6.24"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        family = "postgres9.6"

        parameter {
          name  = "rds.force_ssl"
          value = "1"
        }

        parameter {
          name  = "log_statement"
          value = "ddl"
        }

        parameter {
          name  = "log_min_duration_statement"
          value = "1000"
        }
      }
    EOT
  }
}
