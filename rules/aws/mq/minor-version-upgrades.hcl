rule "aws/mq/minor-version-upgrades" {
  title    = "Take a message broker's minor upgrades automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Minor versions are security fixes, and brokers have had flaws that let
    anyone run code. Taken automatically they are in within weeks.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/upgrading-brokers.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mq_broker",
  ]

  aliases {
    checkov      = ["CKV_AWS_207"]
    security_hub = ["MQ.3"]
    prowler      = ["mq_broker_auto_minor_version_upgrades"]
  }

  target {
    resource = "aws_mq_broker"
  }

  set "auto_minor_version_upgrade" {
    value = true
  }

  applicability {
    level    = "review"
    note     = "Upgrades come in the maintenance window with a restart."
    downtime = "A restart in the maintenance window when there is an upgrade."
  }

  example "auto minor version upgrade not mentioned" {
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
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true
      }
    EOT
  }

  example "auto minor version upgrade wrong in writing" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true # decided in 2019
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
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name                = "main"
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true
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
        for_each                   = toset(var.names)
        broker_name                = each.key
        engine_type                = "ActiveMQ"
        engine_version             = "5.18"
        host_instance_type         = "mq.m5.large"
        auto_minor_version_upgrade = true
      }
    EOT
  }
}
