rule "aws/waf/known-bad-inputs" {
  title    = "Stop requests with known bad inputs"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    This group of managed rules stops requests that exploit known holes, Log4Shell
    (CVE-2021-44228) among them, before they reach the application.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl",
  ]

  aliases {
    checkov = ["CKV_AWS_192"]
  }

  target {
    resource = "aws_wafv2_web_acl"
  }

  remove "rule[*].statement.managed_rule_group_statement.excluded_rule" {
    when = block.name == "Log4JRCE"
  }

  # Behind the rules that are there, so that what they let pass or stop stays as it is.
  block "rule" {
    matching = block.statement.managed_rule_group_statement.name == "AWSManagedRulesKnownBadInputsRuleSet"

    body {
      set "name" {
        value = "AWSManagedRulesKnownBadInputsRuleSet"
        keep  = true
      }
      set "priority" {
        value = target.rule == null ? 0 : max(target.rule[*].priority) + 1
        keep  = true
      }

      block "override_action" {
        body {
          remove "count" {}

          block "none" {
            body {}
          }
        }
      }

      block "statement" {
        body {
          block "managed_rule_group_statement" {
            body {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"
            }
          }
        }
      }

      block "visibility_config" {
        body {
          set "cloudwatch_metrics_enabled" {
            value = true
            keep  = true
          }
          set "metric_name" {
            value = "AWSManagedRulesKnownBadInputsRuleSet"
            keep  = true
          }
          set "sampled_requests_enabled" {
            value = true
            keep  = true
          }
        }
      }
    }
  }

  refuse {
    when = target.rule_json != null
    note = "The web ACL's rules are given as JSON, beside which the provider takes no other rule. Add the managed rule group there."
  }

  applicability {
    level     = "review"
    note      = "The group uses 200 of the web ACL's 1500 capacity units. Watch it count for some days first where false alarms would hurt."
    behaviour = "Requests that look like known attacks are refused."
    cost      = "One more rule by the month."
  }

  example "no rules" {
    before = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
          priority = 0

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
  }

  example "another group only" {
    before = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "common"
          priority = 3

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesCommonRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "common"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "common"
          priority = 3

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesCommonRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "common"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
          priority = 4

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "the group counts only" {
    before = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "bad-inputs"
          priority = 1

          override_action {
            count {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "bad-inputs"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "bad-inputs"
          priority = 1

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "bad-inputs"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "the rule against Log4Shell is left out" {
    before = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "bad-inputs"
          priority = 1

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"

              excluded_rule {
                name = "Log4JRCE"
              }

              excluded_rule {
                name = "Host_localhost_HEADER"
              }
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "bad-inputs"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "bad-inputs"
          priority = 1

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"

              excluded_rule {
                name = "Host_localhost_HEADER"
              }
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "bad-inputs"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "bad-inputs"
          priority = 1

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesKnownBadInputsRuleSet"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "bad-inputs"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    unchanged = true
  }

  example "rules from elsewhere, whose priorities nobody knows" {
    before = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name  = "main"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        dynamic "rule" {
          for_each = var.rules

          content {
            name     = rule.value.name
            priority = rule.value.priority

            override_action {
              none {}
            }

            statement {
              managed_rule_group_statement {
                name        = rule.value.group
                vendor_name = "AWS"
              }
            }

            visibility_config {
              cloudwatch_metrics_enabled = true
              metric_name                = rule.value.name
              sampled_requests_enabled   = true
            }
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "rules as JSON" {
    before  = <<-EOT
      resource "aws_wafv2_web_acl" "main" {
        name      = "main"
        scope     = "REGIONAL"
        rule_json = file("rules.json")

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "main"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }
}
