rule "aws/vpc/transit-gateway-acceptance" {
  title    = "Ask before a VPC is attached to a transit gateway"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Any account the gateway is shared with could join its network to yours
    without anybody looking.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway",
  ]

  aliases {
    checkov      = ["CKV_AWS_331"]
    security_hub = ["EC2.23"]
    prowler      = ["ec2_transitgateway_auto_accept_vpc_attachments"]
  }

  target {
    resource = "aws_ec2_transit_gateway"
  }

  set "auto_accept_shared_attachments" {
    value   = "disable"
    default = "disable"
  }

  applicability {
    level     = "review"
    note      = "New attachments wait until somebody accepts them; those that exist stay."
    behaviour = "Attachments of other accounts wait for acceptance."
  }

  example "auto accept shared attachments not mentioned" {
    before    = <<-EOT
      resource "aws_ec2_transit_gateway" "main" {

      }
    EOT
    unchanged = true
  }

  example "auto accept shared attachments wrong in writing" {
    before = <<-EOT
      resource "aws_ec2_transit_gateway" "main" {
        auto_accept_shared_attachments = "enable" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ec2_transit_gateway" "main" {
        auto_accept_shared_attachments = "disable" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "enable"
      }

      resource "aws_ec2_transit_gateway" "main" {
        auto_accept_shared_attachments = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "disable"
      }

      resource "aws_ec2_transit_gateway" "main" {
        auto_accept_shared_attachments = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_ec2_transit_gateway" "main" {
        auto_accept_shared_attachments = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ec2_transit_gateway" "main" {
        auto_accept_shared_attachments = "disable"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before    = <<-EOT
      resource "aws_ec2_transit_gateway" "main" {
        for_each = toset(var.names)
      }
    EOT
    unchanged = true
  }
}
