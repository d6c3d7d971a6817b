rule "aws/rds/encryption-in-transit" {
  title    = "Let a database accept encrypted connections only"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without this a client that asks for no encryption gets none, and passwords and
    rows cross the network in the clear.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_parameter_group",
  ]

  aliases {
    checkov = ["CKV2_AWS_69"]
  }

  target {
    resource = "aws_db_parameter_group"

    reached_from "aws_db_instance" {
      argument = "parameter_group_name"
    }
  }

  block "parameter" {
    matching = block.name == "rds.force_ssl"
    when     = startswith(target.family, "postgres") || strcontains(target.family, "sqlserver")

    body {
      name  = "rds.force_ssl"
      value = "1"
      set "apply_method" {
        value = "pending-reboot"
        keep  = true
        when  = block.name == null
      }
    }
  }

  block "parameter" {
    matching = block.name == "require_secure_transport"
    when     = startswith(target.family, "mysql") || startswith(target.family, "mariadb")

    body {
      name  = "require_secure_transport"
      value = "1"
    }
  }

  block "parameter" {
    matching = block.name == "db2comm"
    when     = strcontains(target.family, "db2-")

    body {
      name  = "db2comm"
      value = "SSL"
      set "apply_method" {
        value = "pending-reboot"
        keep  = true
        when  = block.name == null
      }
    }
  }

  applicability {
    level     = "review"
    note      = "A group serves every database that names it. PostgreSQL, SQL Server and Db2 take the value at the next restart, the others at once."
    behaviour = "Clients that do not encrypt are refused."
  }

  example "not mentioned, PostgreSQL" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
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
        engine               = "postgres"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name         = "rds.force_ssl"
          value        = "1"
          apply_method = "pending-reboot"
        }
      }
    EOT
  }

  example "switched off in writing" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
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
          name  = "rds.force_ssl"
          value = "0" # for the old reports
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
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
          name  = "rds.force_ssl"
          value = "1" # for the old reports
        }
      }
    EOT
  }

  example "not mentioned, MySQL" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "mysql"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "mysql8.0"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "mysql"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "mysql8.0"

        parameter {
          name  = "require_secure_transport"
          value = "1"
        }
      }
    EOT
  }

  example "not mentioned, Db2" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "db2-se"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "db2-se-11.5"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "db2-se"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "db2-se-11.5"

        parameter {
          name         = "db2comm"
          value        = "SSL"
          apply_method = "pending-reboot"
        }
      }
    EOT
  }

  example "already right" {
    address = "aws_db_instance.orders"

    before   = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "mariadb"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "mariadb10.11"

        parameter {
          name  = "require_secure_transport"
          value = "1"
        }
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      variable "tls" {
        type    = string
        default = "0"
      }

      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "rds.force_ssl"
          value = var.tls
        }
      }
    EOT
    after  = <<-EOT
      variable "tls" {
        type    = string
        default = "1"
      }

      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "rds.force_ssl"
          value = var.tls
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    address = "aws_db_instance.orders"

    before = <<-EOT
      variable "tls" {
        type = string
      }

      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
        parameter_group_name = aws_db_parameter_group.orders.name
      }

      resource "aws_db_parameter_group" "orders" {
        name   = "orders"
        family = "postgres16"

        parameter {
          name  = "rds.force_ssl"
          value = var.tls
        }
      }
    EOT
    refused = true
  }

  example "a group that is elsewhere" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier           = "orders"
        engine               = "postgres"
        instance_class       = "db.t3.medium"
        parameter_group_name = var.parameter_group
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_db_parameter_group" "orders" {
        for_each = toset(var.names)
        name     = each.key
        family   = "postgres16"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_parameter_group" "orders" {
        for_each = toset(var.names)
        name     = each.key
        family   = "postgres16"

        parameter {
          name         = "rds.force_ssl"
          value        = "1"
          apply_method = "pending-reboot"
        }
      }
    EOT
  }
}
