rule "aws/emr/no-open-groups" {
  title    = "Let only known networks reach an EMR cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The web consoles of Hadoop, Spark and Hue ask for no password. Whoever
    reaches them runs code on the cluster, with the rights of its role.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_cluster",
  ]

  aliases {
    checkov = ["CKV2_AWS_7"]
  }

  target {
    resource = "aws_security_group"

    reached_from "aws_emr_cluster" {
      argument = "ec2_attributes.emr_managed_master_security_group"
    }

    reached_from "aws_emr_cluster" {
      argument = "ec2_attributes.emr_managed_slave_security_group"
    }
  }

  param "allowed_cidrs" {
    type        = "cidr_list"
    default     = null
    description = "Who may reach it instead of everybody: CIDR blocks, IPv4 or IPv6. Only the owner of the service knows."
  }

  narrow "ingress[*].cidr_blocks" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
  }

  narrow "ingress[*].ipv6_cidr_blocks" {
    drop = ["::/0"]
    to   = param.allowed_cidrs
  }

  applicability {
    level     = "review"
    note      = "Whoever connects from outside the remaining networks is locked out from the next apply on."
    behaviour = "Connections from outside the remaining networks are dropped."
  }

  example "open to the world" {
    params = { allowed_cidrs = ["10.20.0.0/16"] }

    before = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        ec2_attributes {
          instance_profile                  = aws_iam_instance_profile.emr.arn
          emr_managed_master_security_group = aws_security_group.emr.id
          emr_managed_slave_security_group  = aws_security_group.emr.id
        }
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        ec2_attributes {
          instance_profile                  = aws_iam_instance_profile.emr.arn
          emr_managed_master_security_group = aws_security_group.emr.id
          emr_managed_slave_security_group  = aws_security_group.emr.id
        }
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["10.20.0.0/16"]
        }
      }
    EOT
  }

  example "open to the world, IPv6 too" {
    params = { allowed_cidrs = ["10.20.0.0/16", "fd00:10::/48"] }

    before = <<-EOT
      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port        = 8088
          to_port          = 8088
          protocol         = "tcp"
          cidr_blocks      = ["0.0.0.0/0"]
          ipv6_cidr_blocks = ["::/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port        = 8088
          to_port          = 8088
          protocol         = "tcp"
          cidr_blocks      = ["10.20.0.0/16"]
          ipv6_cidr_blocks = ["fd00:10::/48"]
        }
      }
    EOT
  }

  example "one open source among others" {
    params = { allowed_cidrs = ["10.20.0.0/16"] }

    before = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        ec2_attributes {
          instance_profile                  = aws_iam_instance_profile.emr.arn
          emr_managed_master_security_group = aws_security_group.emr.id
          emr_managed_slave_security_group  = aws_security_group.emr.id
        }
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["10.1.0.0/16", "0.0.0.0/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        ec2_attributes {
          instance_profile                  = aws_iam_instance_profile.emr.arn
          emr_managed_master_security_group = aws_security_group.emr.id
          emr_managed_slave_security_group  = aws_security_group.emr.id
        }
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["10.1.0.0/16", "10.20.0.0/16"]
        }
      }
    EOT
  }

  example "given by a variable" {
    params = { allowed_cidrs = ["10.20.0.0/16"] }

    before = <<-EOT
      variable "sources" {
        type    = list(string)
        default = ["0.0.0.0/0"]
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = var.sources
        }
      }
    EOT
    after  = <<-EOT
      variable "sources" {
        type    = list(string)
        default = ["10.20.0.0/16"]
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = var.sources
        }
      }
    EOT
  }

  example "nobody has said who may" {
    before  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        ec2_attributes {
          instance_profile                  = aws_iam_instance_profile.emr.arn
          emr_managed_master_security_group = aws_security_group.emr.id
          emr_managed_slave_security_group  = aws_security_group.emr.id
        }
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    refused = true
  }

  example "already narrow" {
    before    = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        ec2_attributes {
          instance_profile                  = aws_iam_instance_profile.emr.arn
          emr_managed_master_security_group = aws_security_group.emr.id
          emr_managed_slave_security_group  = aws_security_group.emr.id
        }
      }

      resource "aws_security_group" "emr" {
        name = "emr"

        ingress {
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["10.20.0.0/16"]
        }
      }
    EOT
    unchanged = true
  }
}
