rule "aws/elb/drop-invalid-headers" {
  title    = "Let a load balancer drop malformed headers"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Servers disagree about malformed headers, and request smuggling lives in
    that disagreement. Dropping them at the edge means that everybody behind it
    reads the same request.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]

  aliases {
    checkov      = ["CKV_AWS_131"]
    trivy        = ["AWS-0052"]
    tfsec        = ["aws-elb-drop-invalid-headers"]
    kics         = ["6e3fd2ed-5c83-4c68-9679-7700d224d379"]
    snyk         = ["SNYK-CC-AWS-405"]
    security_hub = ["ELB.4"]
    prowler      = ["elbv2_alb_drop_invalid_header_fields_enabled"]
  }

  target {
    resource = ["aws_lb", "aws_alb"]
    when     = target.load_balancer_type == null || target.load_balancer_type == "application"
  }

  set "drop_invalid_header_fields" {
    value = true
  }

  module "terraform-aws-modules/alb/aws" {
    version = ">= 9.0"

    set "drop_invalid_header_fields" {
      value   = true
      default = true
    }
  }

  module "terraform-aws-modules/alb/aws" {
    version = ">= 5.0, < 9.0"

    set "drop_invalid_header_fields" {
      value = true
    }
  }

  module "cloudposse/alb/aws" {
    version = ">= 1.0"

    set "drop_invalid_header_fields" {
      value = true
    }
  }

  applicability {
    level = "review"
    note  = "Requests with header names outside letters, digits and hyphens arrive without those headers."
  }

  example "drop invalid header fields not mentioned" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        drop_invalid_header_fields = true
      }
    EOT
  }

  example "drop invalid header fields wrong in writing" {
    before = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        drop_invalid_header_fields = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        drop_invalid_header_fields = true # decided in 2019
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
        drop_invalid_header_fields = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_lb" "main" {
        name                       = "web"
        drop_invalid_header_fields = var.setting
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
        drop_invalid_header_fields = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lb" "main" {
        name                       = "web"
        drop_invalid_header_fields = true
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
        drop_invalid_header_fields = true
      }
    EOT
  }

  example "a network load balancer" {
    before    = <<-EOT
      resource "aws_lb" "main" {
        name               = "web"
        load_balancer_type = "network"
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/alb ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        drop_invalid_header_fields = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        drop_invalid_header_fields = true
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

        drop_invalid_header_fields = true
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

        drop_invalid_header_fields = true
      }
    EOT
  }
}
