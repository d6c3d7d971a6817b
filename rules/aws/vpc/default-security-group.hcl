rule "aws/vpc/default-security-group" {
  title    = "Empty the default security group of a VPC"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Whatever is started without naming a group lands in this one, and its rules
    let all its members talk to each other and out to everywhere.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc",
  ]

  aliases {
    checkov      = ["CKV2_AWS_12"]
    trivy        = ["AWS-0173"]
    kics         = ["46883ce1-dc3e-4b17-9195-c6a601624c73", "9a4ef195-74b9-4c58-b8ed-2b2fe4353a75"]
    security_hub = ["EC2.2"]
    prowler      = ["ec2_securitygroup_default_restrict_traffic"]
    cis_aws      = ["5.0.0/5.5", "3.0.0/5.4"]
  }

  target {
    resource = "aws_vpc"

    reached_from "aws_default_security_group" {
      argument = "vpc_id"
    }
  }

  companion "aws_default_security_group" {
    link            = "vpc_id"
    link_attributes = ["id"]

    body {
      vpc_id = target.id

      remove "ingress" {}
      remove "egress" {}
    }
  }

  module "terraform-aws-modules/vpc/aws" {
    version = ">= 4.0"

    set "manage_default_security_group" {
      value   = true
      default = true
    }

    set "default_security_group_ingress" {
      value   = []
      default = []
    }

    set "default_security_group_egress" {
      value   = []
      default = []
    }
  }

  # Rules that stand as resources of their own move to a group of their own, which nothing is in yet.
  companion "aws_security_group" {
    link            = "description"
    link_attributes = ["id"]
    name            = format("%s_from_default", resource.name)
    when            = linked("aws_security_group_rule", "security_group_id", "aws_default_security_group", "vpc_id") || linked("aws_vpc_security_group_ingress_rule", "security_group_id", "aws_default_security_group", "vpc_id") || linked("aws_vpc_security_group_egress_rule", "security_group_id", "aws_default_security_group", "vpc_id")

    body {
      description = format("Rules from the default group of %s", target.id)
      vpc_id      = target.id
    }
  }

  companion "aws_security_group_rule" {
    link    = "security_group_id"
    link_to = "aws_default_security_group"
    relink  = companion("aws_security_group").id
  }

  companion "aws_vpc_security_group_ingress_rule" {
    link    = "security_group_id"
    link_to = "aws_default_security_group"
    relink  = companion("aws_security_group").id
  }

  companion "aws_vpc_security_group_egress_rule" {
    link    = "security_group_id"
    link_to = "aws_default_security_group"
    relink  = companion("aws_security_group").id
  }

  applicability {
    level = "review"
    note  = "Whatever runs in the default group loses its connections; give such things a group of their own first. Rules that were resources of their own are kept, in a group to which you can attach what needs them."
  }

  example "rules in the default group" {
    before = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id

        ingress {
          from_port = 0
          to_port   = 0
          protocol  = "-1"
          self      = true
        }

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }
    EOT
  }

  example "not managed" {
    before = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }
    EOT
  }

  example "managed and empty" {
    before    = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_vpc" "main" {
        for_each   = toset(var.names)
        cidr_block = "10.0.0.0/16"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        for_each   = toset(var.names)
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        for_each = toset(var.names)

        vpc_id = aws_vpc.main[each.key].id
      }
    EOT
  }

  example "the published module terraform-aws-modules/vpc ~> 5.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        manage_default_security_group = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        manage_default_security_group = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/vpc ~> 5.0 with default_security_group_ingress" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        default_security_group_ingress = [{ self = true }]
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        default_security_group_ingress = []
      }
    EOT
  }

  example "a rule resource beside the default group" {
    address = "aws_vpc.main"

    before = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }

      resource "aws_security_group_rule" "all" {
        type              = "ingress"
        protocol          = "tcp"
        from_port         = 443
        to_port           = 443
        cidr_blocks       = ["10.0.0.0/8"]
        security_group_id = aws_default_security_group.main.id # for now
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_security_group" "main_from_default" {
        description = "Rules from the default group of ${aws_vpc.main.id}"
        vpc_id      = aws_vpc.main.id
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }

      resource "aws_security_group_rule" "all" {
        type              = "ingress"
        protocol          = "tcp"
        from_port         = 443
        to_port           = 443
        cidr_blocks       = ["10.0.0.0/8"]
        security_group_id = aws_security_group.main_from_default.id # for now
      }
    EOT
  }

  example "ingress and egress rules beside it" {
    address = "aws_vpc.main"

    before = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }

      resource "aws_vpc_security_group_ingress_rule" "https" {
        security_group_id = aws_default_security_group.main.id
        cidr_ipv4         = "10.0.0.0/8"
        from_port         = 443
        ip_protocol       = "tcp"
        to_port           = 443
      }

      resource "aws_vpc_security_group_egress_rule" "https" {
        security_group_id = aws_default_security_group.main.id
        cidr_ipv4         = "10.0.0.0/8"
        from_port         = 443
        ip_protocol       = "tcp"
        to_port           = 443
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_security_group" "main_from_default" {
        description = "Rules from the default group of ${aws_vpc.main.id}"
        vpc_id      = aws_vpc.main.id
      }

      resource "aws_default_security_group" "main" {
        vpc_id = aws_vpc.main.id
      }

      resource "aws_vpc_security_group_ingress_rule" "https" {
        security_group_id = aws_security_group.main_from_default.id
        cidr_ipv4         = "10.0.0.0/8"
        from_port         = 443
        ip_protocol       = "tcp"
        to_port           = 443
      }

      resource "aws_vpc_security_group_egress_rule" "https" {
        security_group_id = aws_security_group.main_from_default.id
        cidr_ipv4         = "10.0.0.0/8"
        from_port         = 443
        ip_protocol       = "tcp"
        to_port           = 443
      }
    EOT
  }

  example "a rule beside one of several default groups" {
    address = "aws_vpc.main"

    before = <<-EOT
      resource "aws_vpc" "main" {
        for_each   = toset(var.names)
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_default_security_group" "main" {
        for_each = toset(var.names)
        vpc_id   = aws_vpc.main[each.key].id
      }

      resource "aws_security_group_rule" "all" {
        for_each          = toset(var.names)
        type              = "ingress"
        protocol          = "tcp"
        from_port         = 443
        to_port           = 443
        cidr_blocks       = ["10.0.0.0/8"]
        security_group_id = aws_default_security_group.main[each.key].id
      }
    EOT
    refused = true
  }
}
