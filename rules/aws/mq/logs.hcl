rule "aws/mq/logs" {
  title    = "Send a message broker's logs to CloudWatch"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The logs say who connected, who changed queues and users, and what failed.
    On the broker nobody sees them, and they are gone with it.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/security-logging-monitoring.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mq_broker",
  ]

  aliases {
    checkov      = ["CKV_AWS_48", "CKV_AWS_197"]
    trivy        = ["AWS-0070", "AWS-0071"]
    tfsec        = ["aws-mq-enable-audit-logging", "aws-mq-enable-general-logging"]
    kics         = ["31245f98-a6a9-4182-9fc1-45482b9d030a"]
    terrascan    = ["AC_AWS_0174"]
    security_hub = ["MQ.2"]
    prowler      = ["mq_broker_logging_enabled"]
  }

  target {
    resource = "aws_mq_broker"
  }

  set "logs.general" {
    value = true
  }

  set "logs.audit" {
    value = true
    when  = target.engine_type != "RabbitMQ"
  }

  applicability {
    level    = "review"
    note     = "The broker restarts for the change."
    downtime = "A restart of the broker."
    cost     = "Log ingestion and storage are billed."
  }

  example "general not mentioned" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          general = true
          audit   = true
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = true
        }
      }
    EOT
  }

  example "general wrong in writing" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          audit   = true
          general = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        for_each           = toset(var.names)
        broker_name        = each.key
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        for_each           = toset(var.names)
        broker_name        = each.key
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"

        logs {
          general = true
          audit   = true
        }
      }
    EOT
  }

  example "RabbitMQ, which has no audit log" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "RabbitMQ"
        engine_version     = "3.13"
        host_instance_type = "mq.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "RabbitMQ"
        engine_version     = "3.13"
        host_instance_type = "mq.m5.large"

        logs {
          general = true
        }
      }
    EOT
  }
}
