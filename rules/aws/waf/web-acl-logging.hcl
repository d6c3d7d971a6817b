rule "aws/waf/web-acl-logging" {
  title    = "Log the requests that a web ACL decides about"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What was blocked, and what came just before it, shows an attack while it is
    still one.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl",
  ]

  aliases {
    checkov      = ["CKV2_AWS_31"]
    security_hub = ["WAF.11"]
    prowler      = ["wafv2_webacl_logging_enabled"]
  }

  target {
    resource = "aws_wafv2_web_acl"
  }

  param "waf_log_destination_arn" {
    type        = "expression"
    required    = true
    description = "Log group, bucket or delivery stream whose name begins with aws-waf-logs-: an ARN or a reference."
  }

  companion "aws_wafv2_web_acl_logging_configuration" {
    link            = "resource_arn"
    link_attributes = ["arn", "id"]

    body {
      set "log_destination_configs" {
        value = [param.waf_log_destination_arn]
        keep  = true
      }
      resource_arn = target.arn
    }
  }

  applicability {
    level = "safe"
    cost  = "The destination bills what is stored."
  }

  example "no log" {
    params = { waf_log_destination_arn = aws_cloudwatch_log_group.waf.arn }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"
      }

      resource "aws_cloudwatch_log_group" "waf" {
        name = "aws-waf-logs-main"
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"
      }

      resource "aws_wafv2_web_acl_logging_configuration" "main" {
        log_destination_configs = [aws_cloudwatch_log_group.waf.arn]
        resource_arn            = aws_wafv2_web_acl.main.arn
      }

      resource "aws_cloudwatch_log_group" "waf" {
        name = "aws-waf-logs-main"
      }
    EOT
  }

  example "logged elsewhere" {
    before    = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"
      }

      resource "aws_wafv2_web_acl_logging_configuration" "waf" {
        log_destination_configs = [aws_cloudwatch_log_group.waf.arn]
        resource_arn            = aws_wafv2_web_acl.main.arn
      }
    EOT
    unchanged = true
  }

  example "nobody has named a destination yet" {
    before  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"
      }
    EOT
    refused = true
  }
}
