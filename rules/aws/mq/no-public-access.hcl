rule "aws/mq/no-public-access" {
  title    = "Keep a message broker off the public internet"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public broker's console and ports can be reached by anyone who wants to
    try passwords or a known flaw of the broker.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/using-amazon-mq-securely.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mq_broker",
  ]

  aliases {
    checkov      = ["CKV_AWS_69"]
    trivy        = ["AWS-0072"]
    tfsec        = ["aws-mq-no-public-access"]
    kics         = ["4eb5f791-c861-4afd-9f94-f2a6a3fe49cb"]
    terrascan    = ["AC_AWS_0175"]
    security_hub = ["MQ.1"]
    prowler      = ["mq_broker_not_publicly_accessible"]
  }

  target {
    resource = "aws_mq_broker"
  }

  set "publicly_accessible" {
    value   = false
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the broker; messages in its queues are lost."
    replacement = true
    data_loss   = "Messages that no consumer has read."
    downtime    = "Until the new broker runs and clients have its endpoints."

    runbook = <<-EOT
      1. Give clients outside the VPC another way in.
      2. Stop producers and let consumers empty the queues.
      3. Apply, give clients the new endpoints, start everything again.
    EOT
  }

  example "publicly accessible not mentioned" {
    before    = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name        = "main"
        engine_type        = "ActiveMQ"
        engine_version     = "5.18"
        host_instance_type = "mq.m5.large"
      }
    EOT
    unchanged = true
  }

  example "publicly accessible wrong in writing" {
    before = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name         = "main"
        engine_type         = "ActiveMQ"
        engine_version      = "5.18"
        host_instance_type  = "mq.m5.large"
        publicly_accessible = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name         = "main"
        engine_type         = "ActiveMQ"
        engine_version      = "5.18"
        host_instance_type  = "mq.m5.large"
        publicly_accessible = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_mq_broker" "main" {
        broker_name         = "main"
        engine_type         = "ActiveMQ"
        engine_version      = "5.18"
        host_instance_type  = "mq.m5.large"
        publicly_accessible = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_mq_broker" "main" {
        broker_name         = "main"
        engine_type         = "ActiveMQ"
        engine_version      = "5.18"
        host_instance_type  = "mq.m5.large"
        publicly_accessible = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_mq_broker" "main" {
        broker_name         = "main"
        engine_type         = "ActiveMQ"
        engine_version      = "5.18"
        host_instance_type  = "mq.m5.large"
        publicly_accessible = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_mq_broker" "main" {
        broker_name         = "main"
        engine_type         = "ActiveMQ"
        engine_version      = "5.18"
        host_instance_type  = "mq.m5.large"
        publicly_accessible = false
      }
    EOT
    unchanged = true
  }
}
