rule "aws/vpc/no-public-address-on-launch" {
  title    = "Stop a subnet from giving public addresses to what starts in it"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With it every instance is on the internet by default, also the one somebody
    starts for an hour and forgets.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/subnet",
  ]

  aliases {
    checkov      = ["CKV_AWS_130"]
    security_hub = ["EC2.15"]
    prowler      = ["vpc_subnet_no_public_ip_by_default"]
    trivy        = ["AWS-0164"]
    tfsec        = ["aws-ec2-no-public-ip-subnet"]
    kics         = ["52f04a44-6bfa-4c41-b1d3-4ae99a2de05c"]
  }

  target {
    resource = "aws_subnet"
  }

  set "map_public_ip_on_launch" {
    value   = false
    default = false
  }

  module "terraform-aws-modules/vpc/aws" {
    version = ">= 3.0"

    set "map_public_ip_on_launch" {
      value = false
    }
  }

  module "cloudposse/dynamic-subnets/aws" {
    version = ">= 2.0"

    set "map_public_ip_on_launch" {
      value = false
    }
  }

  applicability {
    level     = "review"
    note      = "Instances started later have no public address unless they ask for one; those that run keep theirs."
    behaviour = "New instances are reached through a load balancer, a NAT gateway or an address of their own."
  }

  example "map public ip on launch not mentioned" {
    before    = <<-EOT
      resource "aws_subnet" "main" {
        vpc_id = var.vpc_id
      }
    EOT
    unchanged = true
  }

  example "map public ip on launch wrong in writing" {
    before = <<-EOT
      resource "aws_subnet" "main" {
        vpc_id                  = var.vpc_id
        map_public_ip_on_launch = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_subnet" "main" {
        vpc_id                  = var.vpc_id
        map_public_ip_on_launch = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_subnet" "main" {
        vpc_id                  = var.vpc_id
        map_public_ip_on_launch = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_subnet" "main" {
        vpc_id                  = var.vpc_id
        map_public_ip_on_launch = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_subnet" "main" {
        vpc_id                  = var.vpc_id
        map_public_ip_on_launch = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_subnet" "main" {
        vpc_id                  = var.vpc_id
        map_public_ip_on_launch = false
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before    = <<-EOT
      resource "aws_subnet" "main" {
        for_each = toset(var.names)
        vpc_id   = var.vpc_id
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/vpc ~> 5.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        map_public_ip_on_launch = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        map_public_ip_on_launch = false
      }
    EOT
  }

  example "the published module cloudposse/dynamic-subnets 2.4.2" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/dynamic-subnets/aws"
        version = "2.4.2"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/dynamic-subnets/aws"
        version = "2.4.2"

        map_public_ip_on_launch = false
      }
    EOT
  }
}
