rule "aws/elb/cross-zone" {
  title    = "Spread requests over the targets of all zones"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without it each zone's address serves only the targets of that zone, so that
    an uneven number of targets, or one failing zone, overloads the rest.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]

  aliases {
    checkov      = ["CKV_AWS_152", "CKV_AWS_138"]
    security_hub = ["ELB.9"]
    prowler      = ["elb_cross_zone_load_balancing_enabled"]
  }

  target {
    resource = ["aws_lb", "aws_alb", "aws_elb"]
    when     = target.load_balancer_type != "application"
  }

  set "enable_cross_zone_load_balancing" {
    value = true
    when  = target.load_balancer_type == "network" || target.load_balancer_type == "gateway"
  }

  set "cross_zone_load_balancing" {
    value   = true
    default = true
    when    = resource.type == "aws_elb"
  }

  module "terraform-aws-modules/alb/aws" {
    version = ">= 9.0"

    set "enable_cross_zone_load_balancing" {
      value   = true
      default = true
    }
  }

  applicability {
    level = "safe"
    cost  = "Traffic between zones is billed for network load balancers."
  }

  example "enable cross zone load balancing not mentioned" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name               = "web"
        load_balancer_type = "network"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = true
      }
    EOT
  }

  example "enable cross zone load balancing wrong in writing" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lb" "main" {
        name                             = "web"
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_lb" "main" {
        for_each           = toset(var.names)
        name               = each.key
        load_balancer_type = "network"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        for_each                         = toset(var.names)
        name                             = each.key
        load_balancer_type               = "network"
        enable_cross_zone_load_balancing = true
      }
    EOT
  }

  example "a classic load balancer" {
    before = <<-EOT
      resource "aws_elb" "main" {
        name                      = "web"
        cross_zone_load_balancing = false

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "main" {
        name                      = "web"
        cross_zone_load_balancing = true

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/alb ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        enable_cross_zone_load_balancing = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        enable_cross_zone_load_balancing = true
      }
    EOT
  }
}
