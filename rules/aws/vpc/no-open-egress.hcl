rule "aws/vpc/no-open-egress" {
  title    = "Let a security group speak to known networks only"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A host that may speak to every address on every port can send data anywhere and take orders
    from anywhere once it is taken over. Where it must go is usually a short list.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group",
  ]

  aliases {
    checkov = ["CKV_AWS_382"]
    trivy   = ["AWS-0104"]
    snyk    = ["SNYK-CC-TF-73", "SNYK-CC-TF-72"]
  }

  target {
    resource = ["aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_egress_rule"]
    when     = resource.type != "aws_security_group_rule" || target.type == "egress"
  }

  param "allowed_egress_cidrs" {
    type        = "cidr_list"
    default     = null
    description = "Where hosts may speak to instead of everywhere: CIDR blocks, IPv4 or IPv6."
  }

  narrow "egress[*].cidr_blocks" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_egress_cidrs
    when = (block.protocol == "-1" || block.protocol == "all" || block.from_port == -1)
  }

  narrow "egress[*].ipv6_cidr_blocks" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_egress_cidrs
    when = (block.protocol == "-1" || block.protocol == "all" || block.from_port == -1)
  }

  narrow "cidr_blocks" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_egress_cidrs
    when = (block.protocol == "-1" || block.protocol == "all" || block.from_port == -1)
  }

  narrow "ipv6_cidr_blocks" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_egress_cidrs
    when = (block.protocol == "-1" || block.protocol == "all" || block.from_port == -1)
  }

  narrow "cidr_ipv4" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_egress_cidrs
    when = (block.ip_protocol == "-1" || block.from_port == -1)
  }

  narrow "cidr_ipv6" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_egress_cidrs
    when = (block.ip_protocol == "-1" || block.from_port == -1)
  }

  applicability {
    level     = "review"
    note      = "Updates, registries and services on the internet are not reached any more unless they are in the remaining networks. Look at flow logs first."
    behaviour = "Connections to other networks are dropped."
  }

  example "open to everywhere" {
    params = { allowed_egress_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["10.0.0.0/8"]
        }
      }
    EOT
  }

  example "nothing configured" {
    before  = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    refused = true
  }

  example "an egress rule resource" {
    params = { allowed_egress_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_vpc_security_group_egress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv4         = "0.0.0.0/0"
        ip_protocol       = "-1"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_security_group_egress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv4         = "10.0.0.0/8"
        ip_protocol       = "-1"
      }
    EOT
  }

  example "a rule resource" {
    params = { allowed_egress_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "egress"
        from_port         = 0
        to_port           = 0
        protocol          = "-1"
        cidr_blocks       = ["0.0.0.0/0"]
        ipv6_cidr_blocks  = ["::/0"]
        security_group_id = aws_security_group.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "egress"
        from_port         = 0
        to_port           = 0
        protocol          = "-1"
        cidr_blocks       = ["10.0.0.0/8"]
        security_group_id = aws_security_group.main.id
      }
    EOT
  }

  example "IPv6 in a group" {
    params = { allowed_egress_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        egress {
          from_port        = 0
          to_port          = 0
          protocol         = "-1"
          ipv6_cidr_blocks = ["::/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        egress {
          from_port        = 0
          to_port          = 0
          protocol         = "-1"
          ipv6_cidr_blocks = ["2001:db8::/32"]
        }
      }
    EOT
  }

  example "an egress rule resource for IPv6" {
    params = { allowed_egress_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_vpc_security_group_egress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv6         = "::/0"
        ip_protocol       = "-1"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_security_group_egress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv6         = "2001:db8::/32"
        ip_protocol       = "-1"
      }
    EOT
  }

  example "a rule resource for IPv6" {
    params = { allowed_egress_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "egress"
        from_port         = 0
        to_port           = 0
        protocol          = "-1"
        ipv6_cidr_blocks  = ["::/0"]
        security_group_id = aws_security_group.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "egress"
        from_port         = 0
        to_port           = 0
        protocol          = "-1"
        ipv6_cidr_blocks  = ["2001:db8::/32"]
        security_group_id = aws_security_group.main.id
      }
    EOT
  }

  example "one port only" {
    before    = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        egress {
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    unchanged = true
  }
}
