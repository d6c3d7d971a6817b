rule "aws/mq/supported-version" {
  title    = "Run a broker version that is still mended"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Versions past their end get no fixes, and AWS upgrades their brokers by force
    at a time of its own.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/activemq-version-management.html",
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-version-management.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mq_broker",
  ]

  aliases {
    checkov = ["CKV_AWS_208"]
  }

  target {
    resource = ["aws_mq_broker", "aws_mq_configuration"]
  }

  param "activemq_version" {
    type        = "string"
    default     = "5.18"
    description = "Version for ActiveMQ brokers that are too old."
  }
  param "rabbitmq_version" {
    type        = "string"
    default     = "3.13"
    description = "Version for RabbitMQ brokers that are too old."
  }

  # From these versions on AWS chooses the patch itself, and wants to be allowed to.
  set "auto_minor_version_upgrade" {
    value = true
    when  = resource.type == "aws_mq_broker" && (lower(target.engine_type) == "activemq" && matches(target.engine_version, "^([0-4][.]|5[.]([0-9]|1[0-6])([.]|$))") || lower(target.engine_type) == "rabbitmq" && matches(target.engine_version, "^([0-2][.]|3[.]([0-9]|10)([.]|$))"))
  }

  set "engine_version" {
    value = param.activemq_version
    when  = lower(target.engine_type) == "activemq" && matches(target.engine_version, "^([0-4][.]|5[.]([0-9]|1[0-6])([.]|$))")
  }

  set "engine_version" {
    value = param.rabbitmq_version
    when  = lower(target.engine_type) == "rabbitmq" && matches(target.engine_version, "^([0-2][.]|3[.]([0-9]|10)([.]|$))")
  }

  applicability {
    level    = "disruptive"
    note     = "The broker is upgraded in its maintenance window or at once with `apply_immediately`. Clients of a single broker lose their connections meanwhile."
    downtime = "A restart; for RabbitMQ from before 3.10 several, one for each minor version."

    runbook = <<-EOT
      1. Read the engine's release notes between the two versions; try the new one with a copy of the configuration.
      2. Upgrade one minor version at a time where the engine demands it.
      3. Apply in the maintenance window, and watch that clients connect again.
    EOT
  }

  example "an old ActiveMQ" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.15.0" # since the start
        host_instance_type = "mq.m5.large"

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18" # since the start
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
  }

  example "an old RabbitMQ" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "RabbitMQ"
        engine_version     = "3.8.6"
        host_instance_type = "mq.m5.large"

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "RabbitMQ"
        engine_version             = "3.13"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
  }

  example "an old configuration" {
    before = <<-EOT
      resource "aws_mq_configuration" "main" {
        name           = "main"
        engine_type    = "ActiveMQ"
        engine_version = "5.15.16"
        data           = file("broker.xml")
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_configuration" "main" {
        name           = "main"
        engine_type    = "ActiveMQ"
        engine_version = "5.18"
        data           = file("broker.xml")
      }
    EOT
  }

  example "a current version" {
    before   = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "RabbitMQ"
        engine_version             = "3.13"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "release" {
        type    = string
        default = "5.16.7"
      }

      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = var.release
        host_instance_type = "mq.m5.large"

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
    after  = <<-EOT
      variable "release" {
        type    = string
        default = "5.18"
      }

      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = var.release
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "release" {
        type = string
      }

      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = var.release
        host_instance_type = "mq.m5.large"

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        for_each           = toset(var.names)
        broker_name        = each.key
        engine_type        = "ActiveMQ"
        engine_version     = "5.15.0"
        host_instance_type = "mq.m5.large"

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        for_each                   = toset(var.names)
        broker_name                = each.key
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true

        user {
          username = "app"
          password = var.password
        }
      }
    EOT
  }
}
