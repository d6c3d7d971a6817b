rule "aws/elb/deletion-protection" {
  title    = "Protect a load balancer from deletion"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A load balancer is the address of a service; its deletion, by mistake or by
    an intruder, takes the service down and gives the name up. Protection makes
    deletion a decision of two steps.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]

  aliases {
    checkov      = ["CKV_AWS_150"]
    kics         = ["afecd1f1-6378-4f7e-bb3b-60c35801fdd4"]
    security_hub = ["ELB.6"]
    prowler      = ["elbv2_deletion_protection"]
  }

  target {
    resource = ["aws_lb", "aws_alb"]
  }

  set "enable_deletion_protection" {
    value = true
  }

  module "terraform-aws-modules/alb/aws" {
    version = ">= 9.0"

    set "enable_deletion_protection" {
      value   = true
      default = true
    }
  }

  module "terraform-aws-modules/alb/aws" {
    version = "< 9.0"

    set "enable_deletion_protection" {
      value = true
    }
  }

  module "cloudposse/alb/aws" {
    version = ">= 1.0"

    set "deletion_protection_enabled" {
      value = true
    }
  }

  applicability {
    level     = "safe"
    behaviour = "Terraform refuses to destroy or replace the load balancer until the protection is taken off."
  }

  example "enable deletion protection not mentioned" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        enable_deletion_protection = true
      }
    EOT
  }

  example "enable deletion protection wrong in writing" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        enable_deletion_protection = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        enable_deletion_protection = true # decided in 2019
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
        name                       = "web"
        enable_deletion_protection = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_lb" "main" {
        name                       = "web"
        enable_deletion_protection = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_lb" "main" {
        name                       = "web"
        enable_deletion_protection = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        enable_deletion_protection = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_lb" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        for_each                   = toset(var.names)
        name                       = each.key
        enable_deletion_protection = true
      }
    EOT
  }

  example "the published module alb" {
    before = <<-EOT
      module "main" {
        source = "terraform-aws-modules/alb/aws"

        enable_deletion_protection = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source = "terraform-aws-modules/alb/aws"

        enable_deletion_protection = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/alb ~> 8.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 8.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 8.0"

        enable_deletion_protection = true
      }
    EOT
  }

  example "the published module cloudposse/alb 2.2.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/alb/aws"
        version = "2.2.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/alb/aws"
        version = "2.2.0"

        deletion_protection_enabled = true
      }
    EOT
  }
}
