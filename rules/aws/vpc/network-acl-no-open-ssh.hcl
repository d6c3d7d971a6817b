rule "aws/vpc/network-acl-no-open-ssh" {
  title    = "Let only known networks pass a network ACL to port 22"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A network ACL stands in front of a whole subnet. Open for SSH to the world it leaves every
    host behind it to its own security group, and to whoever opens that one by mistake.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/network_acl",
  ]

  aliases {
    checkov = ["CKV_AWS_232"]
    kics    = ["3af7f2fd-06e6-4dab-b996-2912bea19ba4"]
    prowler = ["ec2_networkacl_allow_ingress_tcp_port_22"]
  }

  target {
    resource = ["aws_network_acl", "aws_network_acl_rule"]
    when     = resource.type != "aws_network_acl_rule" || coalesce(target.egress, false) == false
  }

  param "allowed_cidrs" {
    type        = "cidr_list"
    default     = null
    description = "The network that may pass instead of everybody; an entry takes one network only, so exactly one must be given."
  }

  narrow "ingress[*].cidr_block" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
    when = block.action == "allow" && (block.protocol == "-1" || block.protocol == -1 || block.protocol == "all" || (block.from_port <= 22 && block.to_port >= 22))
  }

  narrow "ingress[*].ipv6_cidr_block" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_cidrs
    when = block.action == "allow" && (block.protocol == "-1" || block.protocol == -1 || block.protocol == "all" || (block.from_port <= 22 && block.to_port >= 22))
  }

  narrow "cidr_block" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
    when = block.rule_action == "allow" && (block.protocol == "-1" || block.protocol == -1 || block.protocol == "all" || (block.from_port <= 22 && block.to_port >= 22))
  }

  narrow "ipv6_cidr_block" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_cidrs
    when = block.rule_action == "allow" && (block.protocol == "-1" || block.protocol == -1 || block.protocol == "all" || (block.from_port <= 22 && block.to_port >= 22))
  }

  applicability {
    level     = "review"
    note      = "Everything behind the ACL is meant: whoever connects from outside the remaining network is locked out from the next apply on."
    behaviour = "Packets from outside the remaining network are dropped."
  }

  example "an open entry" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_network_acl" "main" {
        vpc_id = aws_vpc.main.id

        ingress {
          protocol   = "tcp"
          rule_no    = 100
          action     = "allow"
          cidr_block = "0.0.0.0/0"
          from_port  = 22
          to_port    = 22
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_network_acl" "main" {
        vpc_id = aws_vpc.main.id

        ingress {
          protocol   = "tcp"
          rule_no    = 100
          action     = "allow"
          cidr_block = "10.0.0.0/8"
          from_port  = 22
          to_port    = 22
        }
      }
    EOT
  }

  example "a rule resource" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_network_acl_rule" "main" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        egress         = false
        protocol       = "tcp"
        rule_action    = "allow"
        cidr_block     = "0.0.0.0/0"
        from_port      = 22
        to_port        = 22
      }
    EOT
    after  = <<-EOT
      resource "aws_network_acl_rule" "main" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        egress         = false
        protocol       = "tcp"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
        from_port      = 22
        to_port        = 22
      }
    EOT
  }

  example "nothing configured" {
    before  = <<-EOT
      resource "aws_network_acl_rule" "main" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "0.0.0.0/0"
      }
    EOT
    refused = true
  }

  example "IPv6" {
    params = { allowed_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_network_acl_rule" "main" {
        network_acl_id  = aws_network_acl.main.id
        rule_number     = 100
        protocol        = "tcp"
        rule_action     = "allow"
        ipv6_cidr_block = "::/0"
        from_port       = 22
        to_port         = 22
      }
    EOT
    after  = <<-EOT
      resource "aws_network_acl_rule" "main" {
        network_acl_id  = aws_network_acl.main.id
        rule_number     = 100
        protocol        = "tcp"
        rule_action     = "allow"
        ipv6_cidr_block = "2001:db8::/32"
        from_port       = 22
        to_port         = 22
      }
    EOT
  }

  example "an open entry for IPv6" {
    params = { allowed_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_network_acl" "main" {
        vpc_id = aws_vpc.main.id

        ingress {
          protocol        = "tcp"
          rule_no         = 100
          action          = "allow"
          ipv6_cidr_block = "::/0"
          from_port       = 22
          to_port         = 22
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_network_acl" "main" {
        vpc_id = aws_vpc.main.id

        ingress {
          protocol        = "tcp"
          rule_no         = 100
          action          = "allow"
          ipv6_cidr_block = "2001:db8::/32"
          from_port       = 22
          to_port         = 22
        }
      }
    EOT
  }

  example "a deny and another port" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before    = <<-EOT
      resource "aws_network_acl" "main" {
        vpc_id = aws_vpc.main.id

        ingress {
          protocol   = "tcp"
          rule_no    = 100
          action     = "deny"
          cidr_block = "0.0.0.0/0"
          from_port  = 22
          to_port    = 22
        }

        ingress {
          protocol   = "tcp"
          rule_no    = 200
          action     = "allow"
          cidr_block = "0.0.0.0/0"
          from_port  = 443
          to_port    = 443
        }
      }
    EOT
    unchanged = true
  }
}
