rule "aws/waf/rule-actions" {
  title    = "Say what a web ACL's rule does"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A rule that says neither what to do with a request nor what to make of its
    group's verdict stops nothing: AWS refuses it, or it only looks like a guard.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-action.html",
    "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl",
  ]

  aliases {
    checkov = ["CKV_AWS_342"]
  }

  target {
    resource = ["aws_wafv2_web_acl", "aws_wafv2_rule_group"]
  }

  param "waf_rule_action" {
    type        = "string"
    default     = null
    description = "`block`, `count` or `allow`: what the rules do that say nothing; give it with the fix of one web ACL or rule group."
  }
  param "waf_managed_rules_override" {
    type        = "string"
    default     = null
    description = "`none`: groups do what they were made for, and block. `count`: they only count, to see first whom they would hit."
  }

  # A rule with a group takes the group's verdict or overrides it; any other has an action of its own.
  block "rule" {
    matching = (block.action == null || length(block.action[0]) == 0) && (block.override_action == null || length(block.override_action[0]) == 0) && (block.statement.rule_group_reference_statement != null || block.statement.managed_rule_group_statement != null)
    when     = anytrue([for rule in target.rule[*] : (rule.action == null || length(rule.action[0]) == 0) && (rule.override_action == null || length(rule.override_action[0]) == 0) && (rule.statement.rule_group_reference_statement != null || rule.statement.managed_rule_group_statement != null)])

    body {
      set "name" {
        value = block.name
        keep  = true
      }
      set "priority" {
        value = block.priority
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

      block "visibility_config" {
        body {
          set "cloudwatch_metrics_enabled" {
            value = true
            keep  = true
          }
          set "metric_name" {
            value = resource.name
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

  block "rule" {
    matching = (block.action == null || length(block.action[0]) == 0) && (block.override_action == null || length(block.override_action[0]) == 0) && !(block.statement.rule_group_reference_statement != null || block.statement.managed_rule_group_statement != null)
    when     = anytrue([for rule in target.rule[*] : (rule.action == null || length(rule.action[0]) == 0) && (rule.override_action == null || length(rule.override_action[0]) == 0) && !(rule.statement.rule_group_reference_statement != null || rule.statement.managed_rule_group_statement != null)])

    body {
      set "name" {
        value = block.name
        keep  = true
      }
      set "priority" {
        value = block.priority
        keep  = true
      }

      action {
        block "block" {
          when = param.waf_rule_action == "block"
        }
        block "count" {
          when = param.waf_rule_action == "count"
        }
        block "allow" {
          when = param.waf_rule_action == "allow"
        }
      }

      block "visibility_config" {
        body {
          set "cloudwatch_metrics_enabled" {
            value = true
            keep  = true
          }
          set "metric_name" {
            value = resource.name
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
    when = anytrue([for rule in target.rule[*] : rule.statement == null])
    note = "A rule has no statement, so it means no request. Which ones it should mean is for the owner of the application."
  }

  refuse {
    when = !contains(["block", "count", "allow"], param.waf_rule_action) && anytrue([for rule in target.rule[*] : (rule.action == null || length(rule.action[0]) == 0) && (rule.override_action == null || length(rule.override_action[0]) == 0) && !(rule.statement.rule_group_reference_statement != null || rule.statement.managed_rule_group_statement != null)])
    note = "A rule does not say what happens to the requests that it means. Say so with `waf_rule_action`: `block`, `count` or `allow`."
  }

  refuse {
    when = !contains(["none", "count"], param.waf_managed_rules_override) && anytrue([for rule in target.rule[*] : (rule.action == null || length(rule.action[0]) == 0) && (rule.override_action == null || length(rule.override_action[0]) == 0) && (rule.statement.rule_group_reference_statement != null || rule.statement.managed_rule_group_statement != null)])
    note = "A rule does not say whether the verdict of its group holds. Say so with `waf_managed_rules_override`: `none` or `count`."
  }

  applicability {
    level     = "review"
    note      = "Requests that the rules mean are treated as said from the next apply on; count them first if in doubt."
    behaviour = "Requests that a rule blocks no longer reach the application."
  }

  example "a rule that says nothing" {
    params = { waf_rule_action = "block" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
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

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }

          action {
            block {}
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "a group that says nothing" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "own"
          priority = 0

          statement {
            rule_group_reference_statement {
              arn = aws_wafv2_rule_group.own.arn
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "own"
            sampled_requests_enabled   = true
          }
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

        rule {
          name     = "own"
          priority = 0

          statement {
            rule_group_reference_statement {
              arn = aws_wafv2_rule_group.own.arn
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "own"
            sampled_requests_enabled   = true
          }

          override_action {
            none {}
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "an action without a word, and a group that should count" {
    params = {
      waf_rule_action            = "allow"
      waf_managed_rules_override = "count"
    }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          action {}

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "own"
          priority = 1

          statement {
            rule_group_reference_statement {
              arn = aws_wafv2_rule_group.own.arn
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "own"
            sampled_requests_enabled   = true
          }
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

        rule {
          name     = "geo"
          priority = 0

          action {
            allow {}
          }

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "own"
          priority = 1

          statement {
            rule_group_reference_statement {
              arn = aws_wafv2_rule_group.own.arn
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "own"
            sampled_requests_enabled   = true
          }

          override_action {
            count {}
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "two rules that say nothing, in a rule group" {
    params = { waf_rule_action = "count" }

    before = <<-EOT
      resource "aws_wafv2_rule_group" "web" {
        name     = "web"
        scope    = "REGIONAL"
        capacity = 10

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "geo2"
          priority = 1

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo2"
            sampled_requests_enabled   = true
          }
        }

        rule {
          name     = "geo3"
          priority = 2

          action {
            block {}
          }

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo3"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafv2_rule_group" "web" {
        name     = "web"
        scope    = "REGIONAL"
        capacity = 10

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }

          action {
            count {}
          }
        }

        rule {
          name     = "geo2"
          priority = 1

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo2"
            sampled_requests_enabled   = true
          }

          action {
            count {}
          }
        }

        rule {
          name     = "geo3"
          priority = 2

          action {
            block {}
          }

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo3"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "one for each name" {
    params = { waf_rule_action = "block" }

    before = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        for_each = toset(var.names)
        name     = "web"
        scope    = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
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
        name     = "web"
        scope    = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }

          action {
            block {}
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "nobody has said what to do" {
    before  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
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

  example "nobody has said whether the group counts" {
    params = { waf_rule_action = "block" }

    before  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "own"
          priority = 0

          statement {
            rule_group_reference_statement {
              arn = aws_wafv2_rule_group.own.arn
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "own"
            sampled_requests_enabled   = true
          }
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

  example "a rule without a statement" {
    params = { waf_rule_action = "block" }

    before  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
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

  example "an empty rule" {
    params = { waf_rule_action = "block" }

    before  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {}

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "rules that are generated" {
    params = { waf_rule_action = "block" }

    before  = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        dynamic "rule" {
          for_each = var.countries

          content {
            name     = rule.key
            priority = rule.value

            dynamic "action" {
              for_each = var.actions
              content {}
            }

            statement {
              geo_match_statement {
                country_codes = [rule.key]
              }
            }
          }
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { waf_rule_action = "block" }

    before    = <<-EOT
      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }

        rule {
          name     = "geo"
          priority = 0

          action {
            block {}
          }

          statement {
            geo_match_statement {
              country_codes = ["KP"]
            }
          }

          visibility_config {
            cloudwatch_metrics_enabled = true
            metric_name                = "geo"
            sampled_requests_enabled   = true
          }
        }

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    unchanged = true
  }
}
