rule "aws/cloudwatch/alarm-actions" {
  title    = "Let a metric alarm act"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An alarm whose actions are switched off changes colour on a dashboard and
    wakes nobody. Alarms are silenced for a deployment and stay so for a year.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_metric_alarm",
  ]

  aliases {
    checkov      = ["CKV_AWS_319"]
    security_hub = ["CloudWatch.17"]
    prowler      = ["cloudwatch_alarm_actions_enabled"]
  }

  target {
    resource = "aws_cloudwatch_metric_alarm"
  }

  set "actions_enabled" {
    value   = true
    default = true
  }

  applicability {
    level = "review"
    note  = "People on call get notified again."
  }

  example "actions enabled not mentioned" {
    before    = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
      }
    EOT
    unchanged = true
  }

  example "actions enabled wrong in writing" {
    before = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
        actions_enabled     = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
        actions_enabled     = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
        actions_enabled     = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
        actions_enabled     = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
        actions_enabled     = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudwatch_metric_alarm" "main" {
        alarm_name          = "errors"
        comparison_operator = "GreaterThanThreshold"
        evaluation_periods  = 2
        actions_enabled     = true
      }
    EOT
    unchanged = true
  }
}
