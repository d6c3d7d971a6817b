rule "aws/waf/attached-log4j-groups" {
  title    = "Have the web ACL before an API stop known bad inputs and hidden senders"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    One header with a crafted text takes over an application with an old Log4j.
    A web ACL that is attached and knows no such input lets it through.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl_association",
  ]

  aliases {
    checkov = ["CKV2_AWS_76", "CKV2_AWS_77", "CKV2_AWS_78"]
  }

  target {
    resource = "aws_wafv2_web_acl_association"

    reached_from "aws_lb" {
      by = "resource_arn"
    }

    reached_from "aws_alb" {
      by = "resource_arn"
    }

    reached_from "aws_api_gateway_stage" {
      by = "resource_arn"
    }

    reached_from "aws_appsync_graphql_api" {
      by = "resource_arn"
    }
  }

  param "waf_managed_rules_override" {
    type        = "string"
    required    = true
    description = "`none`: the groups do what AWS made them for, and block. `count`: they only count, to see first whom they would hit."
  }

  # Rules are seen of a web ACL of this module only. Another one is never put in its place: the refusal says so first.
  set "web_acl_arn" {
    value  = one([for acl in resources("aws_wafv2_web_acl") : acl.reference.arn])
    one_of = [for acl in resources("aws_wafv2_web_acl") : acl.reference.arn]
  }

  companion "aws_wafv2_web_acl" {
    referenced_by = "web_acl_arn"
    attribute     = "arn"
    complete      = true

    body {
      set "scope" {
        value = "REGIONAL"
        keep  = true
      }

      block "default_action" {
        when = block.default_action == null

        body {
          allow {}
        }
      }

      block "rule" {
        matching = block.statement.managed_rule_group_statement.name == "AWSManagedRulesAnonymousIpList"
        when     = !anytrue([for rule in block.rule[*] : try(rule.statement.managed_rule_group_statement.name == "AWSManagedRulesAnonymousIpList", false)])

        body {
          name     = "AWSManagedRulesAnonymousIpList"
          priority = 1 + max(concat([-1], block.rule[*].priority))

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
      }

      block "rule" {
        matching = block.statement.managed_rule_group_statement.name == "AWSManagedRulesKnownBadInputsRuleSet"
        when     = !anytrue([for rule in block.rule[*] : try(rule.statement.managed_rule_group_statement.name == "AWSManagedRulesKnownBadInputsRuleSet", false)])

        body {
          name     = "AWSManagedRulesKnownBadInputsRuleSet"
          priority = 1 + max(concat([-1], block.rule[*].priority))

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
      }

      block "visibility_config" {
        when = block.visibility_config == null

        body {
          cloudwatch_metrics_enabled = true
          metric_name                = resource.name
          sampled_requests_enabled   = true
        }
      }
    }
  }

  refuse {
    when = !contains([for acl in resources("aws_wafv2_web_acl") : acl.reference.arn], target.web_acl_arn)
    note = "The web ACL that is attached is not in this module, or not known to be, so its rules cannot be seen. Add the managed rule groups where it is declared."
  }

  refuse {
    when = anytrue([for acl in resources("aws_wafv2_web_acl") : acl.reference.arn == target.web_acl_arn && acl.rule_json != null])
    note = "The web ACL's rules are given as JSON, beside which the provider takes no other rule. Add the managed rule groups there."
  }

  refuse {
    when = param.waf_managed_rules_override != null && !contains(["none", "count"], param.waf_managed_rules_override)
    note = "`waf_managed_rules_override` is `none` or `count`."
  }

  applicability {
    level     = "review"
    note      = "Requests that AWS judges bad are refused from the next apply on; set the override to count first if in doubt."
    behaviour = "Requests with known bad inputs, and from anonymising services and hosting providers, are blocked."
    cost      = "WAF bills each rule group and each million requests."
  }

  example "before a load balancer" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

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
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

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

  example "before a stage, and one of the two is there" {
    params = { waf_managed_rules_override = "count" }

    before = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        deployment_id = aws_api_gateway_deployment.orders.id
        stage_name    = "live"
      }

      resource "aws_wafv2_web_acl_association" "live" {
        resource_arn = aws_api_gateway_stage.live.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

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
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        deployment_id = aws_api_gateway_deployment.orders.id
        stage_name    = "live"
      }

      resource "aws_wafv2_web_acl_association" "live" {
        resource_arn = aws_api_gateway_stage.live.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

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
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
  }

  example "before a GraphQL API" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_appsync_graphql_api" "orders" {
        name                = "orders"
        authentication_type = "AWS_IAM"
      }

      resource "aws_wafv2_web_acl_association" "orders" {
        resource_arn = aws_appsync_graphql_api.orders.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

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
      resource "aws_appsync_graphql_api" "orders" {
        name                = "orders"
        authentication_type = "AWS_IAM"
      }

      resource "aws_wafv2_web_acl_association" "orders" {
        resource_arn = aws_appsync_graphql_api.orders.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

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

  example "one for each name" {
    params = { waf_managed_rules_override = "none" }

    before = <<-EOT
      resource "aws_lb" "web" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_wafv2_web_acl_association" "web" {
        for_each     = toset(var.names)
        resource_arn = aws_lb.web[each.key].arn
        web_acl_arn  = aws_wafv2_web_acl.web[each.key].arn
      }

      resource "aws_wafv2_web_acl" "web" {
        for_each = toset(var.names)
        name     = "web"
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
      resource "aws_lb" "web" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_wafv2_web_acl_association" "web" {
        for_each     = toset(var.names)
        resource_arn = aws_lb.web[each.key].arn
        web_acl_arn  = aws_wafv2_web_acl.web[each.key].arn
      }

      resource "aws_wafv2_web_acl" "web" {
        for_each = toset(var.names)
        name     = "web"
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

  example "a web ACL of another configuration" {
    params = { waf_managed_rules_override = "none" }

    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = var.web_acl_arn
      }

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

  example "another web ACL than the one declared here" {
    params = { waf_managed_rules_override = "none" }

    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/acme/1234abcd-12ab-34cd-56ef-1234567890ab"
      }

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

  example "no web ACL here at all" {
    params = { waf_managed_rules_override = "none" }

    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/acme/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
    refused = true
  }

  example "rules as JSON" {
    params = { waf_managed_rules_override = "none" }

    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

        default_action {
          allow {}
        }
        rule_json = file("rules.json")

        visibility_config {
          cloudwatch_metrics_enabled = true
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "nobody has said whether to block" {
    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

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

  example "neither of the two" {
    params = { waf_managed_rules_override = "block" }

    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

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

  example "rules that are generated" {
    params = { waf_managed_rules_override = "none" }

    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

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
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { waf_managed_rules_override = "none" }

    before    = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.web.arn
      }

      resource "aws_wafv2_web_acl" "web" {
        name  = "web"
        scope = "REGIONAL"

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
          metric_name                = "web"
          sampled_requests_enabled   = true
        }
      }
    EOT
    unchanged = true
  }
}
