rule "aws/elb/desync-mitigation" {
  title    = "Protect a load balancer from request desynchronisation"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    In monitor mode the load balancer sees requests that two servers would read
    differently, counts them, and passes them on. In defensive mode it stops the
    dangerous ones.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]

  aliases {
    checkov      = ["CKV_AWS_328"]
    security_hub = ["ELB.12", "ELB.14"]
    prowler      = ["elbv2_desync_mitigation_mode", "elb_desync_mitigation_mode"]
  }

  target {
    resource = ["aws_lb", "aws_alb", "aws_elb"]
  }

  set "desync_mitigation_mode" {
    value   = "defensive"
    one_of  = ["defensive", "strictest"]
    default = "defensive"
  }

  module "terraform-aws-modules/alb/aws" {
    version = ">= 9.0"

    set "desync_mitigation_mode" {
      value   = "defensive"
      one_of  = ["defensive", "strictest"]
      default = "defensive"
    }
  }

  applicability {
    level = "review"
    note  = "Ambiguous requests are answered with 400 instead of being forwarded."
  }

  example "desync mitigation mode not mentioned" {
    before    = <<-EOT
      resource "aws_lb" "main" {
        name = "web"
      }
    EOT
    unchanged = true
  }

  example "desync mitigation mode wrong in writing" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name                   = "web"
        desync_mitigation_mode = "monitor" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                   = "web"
        desync_mitigation_mode = "defensive" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "monitor"
      }

      resource "aws_lb" "main" {
        name                   = "web"
        desync_mitigation_mode = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "defensive"
      }

      resource "aws_lb" "main" {
        name                   = "web"
        desync_mitigation_mode = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_lb" "main" {
        name                   = "web"
        desync_mitigation_mode = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lb" "main" {
        name                   = "web"
        desync_mitigation_mode = "defensive"
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/alb ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        desync_mitigation_mode = "monitor"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        desync_mitigation_mode = "defensive"
      }
    EOT
  }
}
