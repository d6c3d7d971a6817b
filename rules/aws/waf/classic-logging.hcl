rule "aws/waf/classic-logging" {
  title    = "Log the requests that a classic web ACL decides about"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What was blocked, and what came just before it, shows an attack while it is
    still one.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/classic-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/waf_web_acl",
  ]

  aliases {
    checkov      = ["CKV_AWS_176"]
    security_hub = ["WAF.1"]
    prowler      = ["waf_global_webacl_logging_enabled"]
  }

  target {
    resource = ["aws_waf_web_acl", "aws_wafregional_web_acl"]
  }

  param "waf_log_destination_arn" {
    type        = "expression"
    required    = true
    description = "Delivery stream whose name begins with aws-waf-logs-: an ARN or a reference."
  }

  set "logging_configuration.log_destination" {
    value   = param.waf_log_destination_arn
    present = true
  }

  applicability {
    level = "safe"
    cost  = "The destination bills what is stored."
  }

  example "log destination not mentioned" {
    params = { waf_log_destination_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs-main" }

    before = <<-EOT
      resource "aws_waf_web_acl" "main" {
        name        = "main"
        metric_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_waf_web_acl" "main" {
        name        = "main"
        metric_name = "main"

        logging_configuration {
          log_destination = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs-main"
        }
      }
    EOT
  }

  example "already right" {
    params = { waf_log_destination_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs-main" }

    before    = <<-EOT
      resource "aws_waf_web_acl" "main" {
        name        = "main"
        metric_name = "main"

        logging_configuration {
          log_destination = aws_kinesis_firehose_delivery_stream.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { waf_log_destination_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs-main" }

    before = <<-EOT
      resource "aws_waf_web_acl" "main" {
        for_each    = toset(var.names)
        name        = "main"
        metric_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_waf_web_acl" "main" {
        for_each    = toset(var.names)
        name        = "main"
        metric_name = "main"

        logging_configuration {
          log_destination = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs-main"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_waf_web_acl" "main" {
        name        = "main"
        metric_name = "main"
      }
    EOT
    refused = true
  }
}
