rule "aws/ec2/no-public-address" {
  title    = "Give an instance no public address"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An instance with a public address is one security group rule away from the
    whole internet. Behind a load balancer or a NAT gateway it needs none.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_88", "CKV_AWS_389"]
    trivy        = ["AWS-0009"]
    kics         = ["5a2486aa-facf-477d-a5c1-b010789459ce"]
    snyk         = ["SNYK-CC-TF-51"]
    security_hub = ["EC2.9", "EC2.25", "AutoScaling.5"]
    prowler      = ["ec2_instance_public_ip", "ec2_launch_template_no_public_ip"]
  }

  target {
    resource = ["aws_instance", "aws_launch_configuration", "aws_launch_template"]
  }

  set "associate_public_ip_address" {
    value   = false
    default = false
    when    = target.network_interfaces == null
  }

  set "network_interfaces[*].associate_public_ip_address" {
    value         = false
    default       = false
    create_blocks = false
  }

  module "terraform-aws-modules/ec2-instance/aws" {
    version = ">= 3.0"

    set "associate_public_ip_address" {
      value = false
    }
  }

  module "cloudposse/ec2-instance/aws" {
    version = ">= 0.40"

    set "associate_public_ip_address" {
      value = false
    }

    set "assign_eip_address" {
      value = false
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace an instance; a launch template or configuration takes effect for new instances."
    replacement = "An instance is destroyed and created anew, without its public address."
    downtime    = "Until the new instance serves."

    runbook = <<-EOT
      1. Make sure that the instance is reached some other way: a load balancer, Session Manager, a VPN.
      2. Look for DNS records and allow lists that name the old address.
      3. Apply, check the health of the new instance.
    EOT
  }

  example "associate public ip address not mentioned" {
    before    = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    unchanged = true
  }

  example "associate public ip address wrong in writing" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami                         = var.ami
        instance_type               = "t3.small"
        associate_public_ip_address = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami                         = var.ami
        instance_type               = "t3.small"
        associate_public_ip_address = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_instance" "web" {
        ami                         = var.ami
        instance_type               = "t3.small"
        associate_public_ip_address = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_instance" "web" {
        ami                         = var.ami
        instance_type               = "t3.small"
        associate_public_ip_address = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_instance" "web" {
        ami                         = var.ami
        instance_type               = "t3.small"
        associate_public_ip_address = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_instance" "web" {
        ami                         = var.ami
        instance_type               = "t3.small"
        associate_public_ip_address = false
      }
    EOT
    unchanged = true
  }

  example "a launch template" {
    before = <<-EOT
      resource "aws_launch_template" "web" {
        image_id = var.ami

        network_interfaces {
          associate_public_ip_address = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_launch_template" "web" {
        image_id = var.ami

        network_interfaces {
          associate_public_ip_address = false
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/ec2-instance ~> 5.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ec2-instance/aws"
        version = "~> 5.0"

        associate_public_ip_address = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ec2-instance/aws"
        version = "~> 5.0"

        associate_public_ip_address = false
      }
    EOT
  }

  example "the published module cloudposse/ec2-instance 1.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        associate_public_ip_address = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        associate_public_ip_address = false
        assign_eip_address          = false
      }
    EOT
  }

  example "a launch configuration" {
    before = <<-EOT
      resource "aws_launch_configuration" "web" {
        image_id                    = data.aws_ami.web.id
        instance_type               = "t3.micro"
        associate_public_ip_address = true
      }
    EOT
    after  = <<-EOT
      resource "aws_launch_configuration" "web" {
        image_id                    = data.aws_ami.web.id
        instance_type               = "t3.micro"
        associate_public_ip_address = false
      }
    EOT
  }
}
