rule "aws/waf/acl-rules" {
  title    = "Give a web ACL rules"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A web ACL without rules lets every request through. It looks like protection
    on every list and stops nothing.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rules.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl",
  ]

  aliases {
    checkov      = ["CKV_AWS_175"]
    security_hub = ["WAF.10"]
    prowler      = ["wafv2_webacl_with_rules"]
  }

  target {
    resource = "aws_wafv2_web_acl"
    when     = target.rule_json == null
  }

  param "waf_rule_group_arn" {
    type        = "expression"
    default     = null
    description = "Rule group of the organisation, of the same scope as the web ACL: an ARN or a reference such as aws_wafv2_rule_group.main.arn."
  }

  block "rule" {
    when = (target.rule == null || alltrue([for rule in target.rule[*] : length(rule) == 0]))

    body {
      name     = resource.name
      priority = 0
      override_action {
        none {}
      }
      statement {
        rule_group_reference_statement {
          arn = param.waf_rule_group_arn
        }
      }
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = resource.name
        sampled_requests_enabled   = true
      }
    }
  }

  applicability {
    level     = "review"
    note      = "Requests that the rules match are refused from the next apply on; count them first if in doubt."
    behaviour = "Requests that a rule matches are blocked."
    cost      = "WAF bills each rule and each million requests."
  }

  example "no rule" {
    params = { waf_rule_group_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/rulegroup/acme/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "web"
          priority = 0

          override_action {
            none {}
          }

          statement {
            rule_group_reference_statement {
              arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/rulegroup/acme/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "web"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
  }

  example "an empty rule" {
    params = { waf_rule_group_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/rulegroup/acme/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }

        rule {}
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }

        rule {
          name = "web"
        }
      }
    EOT
  }

  example "one for each name" {
    params = { waf_rule_group_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/rulegroup/acme/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        for_each = toset(var.names)
        name     = each.key
        scope    = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        for_each = toset(var.names)
        name     = each.key
        scope    = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "web"
          priority = 0

          override_action {
            none {}
          }

          statement {
            rule_group_reference_statement {
              arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/rulegroup/acme/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "web"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
  }

  example "nobody has said which rules" {
    before  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "a rule of its own" {
    before    = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "rate"
          priority = 1

          action {
            block {}
          }

          statement {
            rate_based_statement {
              limit              = 1000
              aggregate_key_type = "IP"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "rate"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
    unchanged = true
  }
}
