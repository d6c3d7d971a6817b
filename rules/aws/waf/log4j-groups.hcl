rule "aws/waf/log4j-groups" {
  title    = "Have a web ACL stop known bad inputs and hidden senders"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    One header with a crafted text takes over an application with an old Log4j.
    AWS keeps a managed rule group that knows such inputs, and one of addresses
    that hide who sends them.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl",
  ]

  aliases {
    checkov = ["CKV2_AWS_47"]
  }

  target {
    resource = "aws_wafv2_web_acl"

    reached_from "aws_cloudfront_distribution" {
      argument = "web_acl_id"
    }
  }

  param "waf_managed_rules_override" {
    type        = "string"
    required    = true
    description = "`none`: the groups do what AWS made them for, and block. `count`: they only count, to see first whom they would hit."
  }

  block "rule" {
    matching = block.statement.managed_rule_group_statement.name == "AWSManagedRulesAnonymousIpList"

    body {
      set "name" {
        value = "AWSManagedRulesAnonymousIpList"
        keep  = true
      }
      set "priority" {
        value = 1 + max(concat([-1], target.rule[*].priority))
        keep  = true
      }

      override_action {
        block "none" {
          when = param.waf_managed_rules_override == "none"
        }
        block "count" {
          when = param.waf_managed_rules_override == "count"
        }
      }
      statement {
        managed_rule_group_statement {
          name        = "AWSManagedRulesAnonymousIpList"
          vendor_name = "AWS"
        }
      }
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "AWSManagedRulesAnonymousIpList"
        sampled_requests_enabled   = true
      }
    }
    when = !anytrue([for rule in target.rule[*] : try(rule.statement.managed_rule_group_statement.name == "AWSManagedRulesAnonymousIpList", false)])
  }

  block "rule" {
    matching = block.statement.managed_rule_group_statement.name == "AWSManagedRulesKnownBadInputsRuleSet"

    body {
      set "name" {
        value = "AWSManagedRulesKnownBadInputsRuleSet"
        keep  = true
      }
      set "priority" {
        value = 1 + max(concat([-1], target.rule[*].priority))
        keep  = true
      }

      override_action {
        block "none" {
          when = param.waf_managed_rules_override == "none"
        }
        block "count" {
          when = param.waf_managed_rules_override == "count"
        }
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
    when = !anytrue([for rule in target.rule[*] : try(rule.statement.managed_rule_group_statement.name == "AWSManagedRulesKnownBadInputsRuleSet", false)])
  }

  refuse {
    when = param.waf_managed_rules_override != null && !contains(["none", "count"], param.waf_managed_rules_override)
    note = "`waf_managed_rules_override` is `none` or `count`."
  }

  refuse {
    when = target.rule_json != null
    note = "The web ACL's rules are given as JSON, beside which the provider takes no other rule. Add the managed rule group there."
  }

  applicability {
    level     = "review"
    note      = "Requests that AWS judges bad are refused from the next apply on; set the override to count first if in doubt."
    behaviour = "Requests with known bad inputs, and from anonymising services and hosting providers, are blocked."
    cost      = "WAF bills each rule group and each million requests."
  }

  example "no rule" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 0

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesAnonymousIpList"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesAnonymousIpList"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
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
            metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
  }

  example "no rule, and it should count first" {
    params = { waf_managed_rules_override = "count" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 0

          override_action {
            count {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesAnonymousIpList"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesAnonymousIpList"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
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
            metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
  }

  example "neither of the two" {
    params = { waf_managed_rules_override = "block" }

    before  = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "nobody has said whether to block" {
    before  = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "one of the two is there" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled    = true
        web_acl_id = aws_wafv2_web_acl.site.arn
      }

      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        rule {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 4

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesAnonymousIpList"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesAnonymousIpList"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "site" {
        enabled    = true
        web_acl_id = aws_wafv2_web_acl.site.arn
      }

      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        rule {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 4

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesAnonymousIpList"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesAnonymousIpList"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
          priority = 5

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
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "one for each name" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        for_each = toset(var.names)
        name     = each.key
        scope    = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        for_each = toset(var.names)
        name     = each.key
        scope    = "CLOUDFRONT"

        default_action {
          allow {}
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }

        rule {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 0

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesAnonymousIpList"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesAnonymousIpList"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
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
            metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
            sampled_requests_enabled   = true
          }
        }
      }
    EOT
  }

  example "rules that are generated" {
    params = { waf_managed_rules_override = "none" }

    before  = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        dynamic "rule" {
          for_each = var.rules

          content {
            name     = rule.key
            priority = rule.value

            visibility_config {
              cloudwatch_metrics_enabled = true
              metric_name                = rule.key
              sampled_requests_enabled   = true
            }
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_wafv2_web_acl" "site" {
        name  = "site"
        scope = "CLOUDFRONT"

        default_action {
          allow {}
        }

        rule {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 1

          override_action {
            none {}
          }

          statement {
            managed_rule_group_statement {
              name        = "AWSManagedRulesAnonymousIpList"
              vendor_name = "AWS"
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "AWSManagedRulesAnonymousIpList"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
          priority = 2

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
            metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "site"
          sampled_requests_enabled   = true
        }
      }
    EOT
    unchanged = true
  }

  example "rules as JSON" {
    params = { waf_managed_rules_override = "none" }

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
