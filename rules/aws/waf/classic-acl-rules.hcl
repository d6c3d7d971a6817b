rule "aws/waf/classic-acl-rules" {
  title    = "Give a web ACL of WAF Classic rules"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A web ACL without rules lets every request through. It looks like protection
    on every list and stops nothing.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/classic-web-acl-working-with.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/waf_web_acl",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafregional_web_acl",
  ]

  aliases {
    checkov      = ["CKV_AWS_175"]
    security_hub = ["WAF.4", "WAF.8"]
    prowler      = ["waf_global_webacl_with_rules", "waf_regional_webacl_with_rules"]
  }

  target {
    resource = ["aws_wafregional_web_acl", "aws_waf_web_acl"]
  }

  param "waf_classic_rule_id" {
    type        = "expression"
    default     = null
    description = "Rule of WAF Classic whose requests are blocked: an id or a reference such as aws_wafregional_rule.main.id."
  }

  block "rule" {
    when = resource.type == "aws_wafregional_web_acl" && (target.rule == null || alltrue([for rule in target.rule[*] : length(rule) == 0]))

    body {
      priority = 1
      rule_id  = param.waf_classic_rule_id
      type     = "REGULAR"
      action {
        type = "BLOCK"
      }
    }
  }

  block "rules" {
    when = resource.type == "aws_waf_web_acl" && (target.rules == null || alltrue([for rule in target.rules[*] : length(rule) == 0]))

    body {
      priority = 1
      rule_id  = param.waf_classic_rule_id
      type     = "REGULAR"
      action {
        type = "BLOCK"
      }
    }
  }

  applicability {
    level     = "review"
    note      = "Requests that the rules match are refused from the next apply on; count them first if in doubt."
    behaviour = "Requests that a rule matches are blocked."
    cost      = "WAF bills each rule and each million requests."
  }

  example "no rule, regional" {
    params = { waf_classic_rule_id = "a1b2c3d4-1234-12ab-34cd-56ef12345678" }

    before = <<-EOT
      resource "aws_wafregional_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafregional_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }

        rule {
          priority = 1
          rule_id  = "a1b2c3d4-1234-12ab-34cd-56ef12345678"
          type     = "REGULAR"

          action {
            type = "BLOCK"
          }
        }
      }
    EOT
  }

  example "no rule, global" {
    params = { waf_classic_rule_id = "a1b2c3d4-1234-12ab-34cd-56ef12345678" }

    before = <<-EOT
      resource "aws_waf_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_waf_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }

        rules {
          priority = 1
          rule_id  = "a1b2c3d4-1234-12ab-34cd-56ef12345678"
          type     = "REGULAR"

          action {
            type = "BLOCK"
          }
        }
      }
    EOT
  }

  example "an empty rule" {
    params = { waf_classic_rule_id = "a1b2c3d4-1234-12ab-34cd-56ef12345678" }

    before = <<-EOT
      resource "aws_wafregional_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }

        rule {}
      }
    EOT
    after  = <<-EOT
      resource "aws_wafregional_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }

        rule {
          priority = 1
        }
      }
    EOT
  }

  example "one for each name" {
    params = { waf_classic_rule_id = "a1b2c3d4-1234-12ab-34cd-56ef12345678" }

    before = <<-EOT
      resource "aws_wafregional_web_acl" "web" {
        for_each    = toset(var.names)
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_wafregional_web_acl" "web" {
        for_each    = toset(var.names)
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }

        rule {
          priority = 1
          rule_id  = "a1b2c3d4-1234-12ab-34cd-56ef12345678"
          type     = "REGULAR"

          action {
            type = "BLOCK"
          }
        }
      }
    EOT
  }

  example "nobody has said which rule" {
    before  = <<-EOT
      resource "aws_waf_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }
      }
    EOT
    refused = true
  }

  example "a rule of its own" {
    before    = <<-EOT
      resource "aws_waf_web_acl" "web" {
        name        = "web"
        metric_name = "web"

        default_action {
          type = "ALLOW"
        }

        rules {
          priority = 1
          rule_id  = aws_waf_rule.main.id

          action {
            type = "BLOCK"
          }
        }
      }
    EOT
    unchanged = true
  }
}
