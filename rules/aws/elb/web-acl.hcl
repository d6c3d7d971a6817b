rule "aws/elb/web-acl" {
  title    = "Put a web application firewall before a public load balancer"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public load balancer passes every probe and every known exploit on to the
    application. A firewall in front stops the ones that everybody tries.
  EOT

  references = [
    "https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]

  aliases {
    checkov      = ["CKV2_AWS_28"]
    kics         = ["0afa6ab8-a047-48cf-be07-93a2f8c34cf7"]
    security_hub = ["ELB.16"]
    prowler      = ["elbv2_waf_acl_attached"]
  }

  target {
    resource = ["aws_lb", "aws_alb"]
    when     = target.internal != true && (target.load_balancer_type == null || target.load_balancer_type == "application")
  }

  param "web_acl_arn" {
    type        = "expression"
    required    = true
    description = "Regional WAFv2 web ACL: an ARN or a reference such as aws_wafv2_web_acl.main.arn."
  }

  companion "aws_wafv2_web_acl_association" {
    link            = "resource_arn"
    link_attributes = ["arn", "id"]

    body {
      resource_arn = target.arn
      set "web_acl_arn" {
        value = param.web_acl_arn
        keep  = true
      }
    }
  }

  module "terraform-aws-modules/alb/aws" {
    version = ">= 9.0"

    set "associate_web_acl" {
      value = true
    }

    set "web_acl_arn" {
      value   = param.web_acl_arn
      present = true
    }
  }

  applicability {
    level = "review"
    note  = "Requests that the web ACL blocks no longer reach the application; let its rules count first if in doubt."
    cost  = "WAF is billed by web ACL, rule and request."
  }

  example "no firewall" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "web" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the web ACL yet" {
    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }
    EOT
    refused = true
  }

  example "inside the VPC" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lb" "web" {
        name     = "web"
        internal = true
      }
    EOT
    unchanged = true
  }

  example "a network load balancer" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lb" "web" {
        name               = "web"
        load_balancer_type = "network"
      }
    EOT
    unchanged = true
  }

  example "associated elsewhere" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_wafv2_web_acl_association" "public" {
        resource_arn = aws_lb.web.arn
        web_acl_arn  = aws_wafv2_web_acl.public.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lb" "web" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_wafv2_web_acl_association" "web" {
        for_each = toset(var.names)

        resource_arn = aws_lb.web[each.key].arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "the published module terraform-aws-modules/alb ~> 9.0" {
    params = {
      web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/a1b2c3d4"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        associate_web_acl = true
        web_acl_arn       = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/a1b2c3d4"
      }
    EOT
  }
}
