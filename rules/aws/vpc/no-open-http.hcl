rule "aws/vpc/no-open-http" {
  title    = "Let only known networks reach port 80"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Plain HTTP shows everybody on the way what is read and written. What must be public
    belongs behind a load balancer that redirects to HTTPS; the instances themselves
    need be reached by it alone.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group",
  ]

  aliases {
    checkov   = ["CKV_AWS_260"]
    kics      = ["ffac8a12-322e-42c1-b9b9-81ff85c39ef7"]
    terrascan = ["AC_AWS_0228"]
  }

  target {
    resource = ["aws_security_group", "aws_default_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule"]
    when     = resource.type != "aws_security_group_rule" || target.type == "ingress"
  }

  param "allowed_cidrs" {
    type        = "cidr_list"
    default     = null
    description = "Who may reach it instead of everybody: CIDR blocks, IPv4 or IPv6. Only the owner of the service knows."
  }

  narrow "ingress[*].cidr_blocks" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
    when = (block.protocol == "-1" || (block.from_port == 0 && block.to_port == 0) || (block.from_port <= 80 && block.to_port >= 80))
  }

  narrow "ingress[*].ipv6_cidr_blocks" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_cidrs
    when = (block.protocol == "-1" || (block.from_port == 0 && block.to_port == 0) || (block.from_port <= 80 && block.to_port >= 80))
  }

  narrow "cidr_blocks" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
    when = (block.protocol == "-1" || (block.from_port == 0 && block.to_port == 0) || (block.from_port <= 80 && block.to_port >= 80))
  }

  narrow "ipv6_cidr_blocks" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_cidrs
    when = (block.protocol == "-1" || (block.from_port == 0 && block.to_port == 0) || (block.from_port <= 80 && block.to_port >= 80))
  }

  narrow "cidr_ipv4" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
    when = (block.ip_protocol == "-1" || (block.from_port == 0 && block.to_port == 0) || (block.from_port <= 80 && block.to_port >= 80))
  }

  narrow "cidr_ipv6" {
    drop = ["::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"]
    to   = param.allowed_cidrs
    when = (block.ip_protocol == "-1" || (block.from_port == 0 && block.to_port == 0) || (block.from_port <= 80 && block.to_port >= 80))
  }

  # A named rule of the module, or ports; several blocks stand in one text.
  module "terraform-aws-modules/security-group/aws" {
    version = ">= 3.0, < 6.0"

    narrow "ingress_with_cidr_blocks[*].cidr_blocks" {
      drop      = ["0.0.0.0/0"]
      to        = param.allowed_cidrs
      separator = ","
      when      = (contains(["http-80-tcp", "all-tcp", "all-all"], coalesce(block.rule, "none")) || block.protocol == "-1" || (coalesce(block.from_port, 65536) <= 80 && coalesce(block.to_port, -1) >= 80))
    }

    narrow "ingress_with_ipv6_cidr_blocks[*].ipv6_cidr_blocks" {
      drop      = ["::/0"]
      to        = param.allowed_cidrs
      separator = ","
      when      = (contains(["http-80-tcp", "all-tcp", "all-all"], coalesce(block.rule, "none")) || block.protocol == "-1" || (coalesce(block.from_port, 65536) <= 80 && coalesce(block.to_port, -1) >= 80))
    }

    narrow "ingress_cidr_blocks" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
      when = target.ingress_rules != null && anytrue([for name in target.ingress_rules : contains(["http-80-tcp", "all-tcp", "all-all"], name)])
    }

    narrow "ingress_ipv6_cidr_blocks" {
      drop = ["::/0"]
      to   = param.allowed_cidrs
      when = target.ingress_rules != null && anytrue([for name in target.ingress_rules : contains(["http-80-tcp", "all-tcp", "all-all"], name)])
    }

    refuse {
      when = target.ingress_rules != null && length(target.ingress_rules) > 1 && anytrue([for name in target.ingress_rules : contains(["http-80-tcp", "all-tcp", "all-all"], name)]) && (contains(coalesce(target.ingress_cidr_blocks, []), "0.0.0.0/0") || contains(coalesce(target.ingress_ipv6_cidr_blocks, []), "::/0"))
      note = "`ingress_cidr_blocks` opens every rule of `ingress_rules` to the same networks: which of them may stay open is for a person to decide. Give port 80 an entry of its own in `ingress_with_cidr_blocks`."
    }
  }

  module "terraform-aws-modules/security-group/aws" {
    version = ">= 6.0"

    narrow "ingress_rules[*].cidr_ipv4" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
      when = (block.ip_protocol == "-1" || (coalesce(block.from_port, block.to_port, 65536) <= 80 && coalesce(block.to_port, block.from_port, -1) >= 80))
    }

    narrow "ingress_rules[*].cidr_ipv6" {
      drop = ["::/0"]
      to   = param.allowed_cidrs
      when = (block.ip_protocol == "-1" || (coalesce(block.from_port, block.to_port, 65536) <= 80 && coalesce(block.to_port, block.from_port, -1) >= 80))
    }
  }

  module "terraform-aws-modules/security-group/aws//modules/http-80" {
    version = ">= 3.0, < 6.0"

    narrow "ingress_cidr_blocks" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
    }

    narrow "ingress_ipv6_cidr_blocks" {
      drop = ["::/0"]
      to   = param.allowed_cidrs
    }
  }

  module "terraform-aws-modules/security-group/aws//modules/http-80" {
    version = ">= 6.0"

    narrow "ingress_cidr_ipv4[*]" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
    }

    narrow "ingress_cidr_ipv6[*]" {
      drop = ["::/0"]
      to   = param.allowed_cidrs
    }
  }

  module "cloudposse/security-group/aws" {
    version = ">= 0.3.0"

    narrow "rules[*].cidr_blocks" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
      when = block.type == "ingress" && (block.protocol == "-1" || (coalesce(block.from_port, 65536) <= 80 && coalesce(block.to_port, -1) >= 80))
    }

    narrow "rules[*].ipv6_cidr_blocks" {
      drop = ["::/0"]
      to   = param.allowed_cidrs
      when = block.type == "ingress" && (block.protocol == "-1" || (coalesce(block.from_port, 65536) <= 80 && coalesce(block.to_port, -1) >= 80))
    }

    narrow "rule_matrix[*].cidr_blocks" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
      when = anytrue([for rule in block.rules : rule.type == "ingress" && (rule.protocol == "-1" || (coalesce(rule.from_port, 65536) <= 80 && coalesce(rule.to_port, -1) >= 80))])
    }

    narrow "rule_matrix[*].ipv6_cidr_blocks" {
      drop = ["::/0"]
      to   = param.allowed_cidrs
      when = anytrue([for rule in block.rules : rule.type == "ingress" && (rule.protocol == "-1" || (coalesce(rule.from_port, 65536) <= 80 && coalesce(rule.to_port, -1) >= 80))])
    }

    # Lists of lists are not entered: where they decide, the rule refuses.
    narrow "rules_map[*].cidr_blocks" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
    }

    refuse {
      when = target.rule_matrix != null && anytrue([for row in target.rule_matrix : length(row.rules) > 1])
      note = "`rule_matrix` gives several rules the same networks: which of them may stay open is for a person to decide."
    }
  }

  applicability {
    level     = "review"
    note      = "If this is the public entry of a site, visitors that type http:// are turned away; a redirecting load balancer should be the one that is open."
    behaviour = "Connections from outside the remaining networks are dropped."
  }

  example "open to the world" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_security_group" "main" {
        name   = "main"
        vpc_id = var.vpc_id

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"] # everybody
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "main" {
        name   = "main"
        vpc_id = var.vpc_id

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["10.0.0.0/8"] # everybody
        }
      }
    EOT
  }

  example "one open source among others" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["10.1.0.0/16", "0.0.0.0/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["10.1.0.0/16", "10.0.0.0/8"]
        }
      }
    EOT
  }

  example "only the open source, and nothing configured" {
    before  = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    refused = true
  }

  example "IPv4 and IPv6" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port        = 80
          to_port          = 80
          protocol         = "tcp"
          cidr_blocks      = ["0.0.0.0/0"]
          ipv6_cidr_blocks = ["::/0"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["10.0.0.0/8"]
        }
      }
    EOT
  }

  example "a rule resource" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "ingress"
        from_port         = 80
        to_port           = 80
        protocol          = "tcp"
        cidr_blocks       = ["0.0.0.0/0"]
        security_group_id = aws_security_group.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "ingress"
        from_port         = 80
        to_port           = 80
        protocol          = "tcp"
        cidr_blocks       = ["10.0.0.0/8"]
        security_group_id = aws_security_group.main.id
      }
    EOT
  }

  example "an ingress rule resource" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      resource "aws_vpc_security_group_ingress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv4         = "0.0.0.0/0"
        from_port         = 80
        ip_protocol       = "tcp"
        to_port           = 80
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_security_group_ingress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv4         = "10.0.0.0/8"
        from_port         = 80
        ip_protocol       = "tcp"
        to_port           = 80
      }
    EOT
  }

  example "a rule resource for IPv6" {
    params = { allowed_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "ingress"
        from_port         = 80
        to_port           = 80
        protocol          = "tcp"
        ipv6_cidr_blocks  = ["::/0"]
        security_group_id = aws_security_group.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group_rule" "main" {
        type              = "ingress"
        from_port         = 80
        to_port           = 80
        protocol          = "tcp"
        ipv6_cidr_blocks  = ["2001:db8::/32"]
        security_group_id = aws_security_group.main.id
      }
    EOT
  }

  example "an ingress rule resource for IPv6" {
    params = { allowed_cidrs = ["2001:db8::/32"] }

    before = <<-EOT
      resource "aws_vpc_security_group_ingress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv6         = "::/0"
        from_port         = 80
        ip_protocol       = "tcp"
        to_port           = 80
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_security_group_ingress_rule" "main" {
        security_group_id = aws_security_group.main.id
        cidr_ipv6         = "2001:db8::/32"
        from_port         = 80
        ip_protocol       = "tcp"
        to_port           = 80
      }
    EOT
  }

  example "decided by a variable" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      variable "sources" {
        type    = list(string)
        default = ["0.0.0.0/0"]
      }

      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = var.sources
        }
      }
    EOT
    after  = <<-EOT
      variable "sources" {
        type    = list(string)
        default = ["10.0.0.0/8"]
      }

      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = var.sources
        }
      }
    EOT
  }

  example "another port" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before    = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    EOT
    unchanged = true
  }

  example "already narrow" {
    before    = <<-EOT
      resource "aws_security_group" "main" {
        name = "main"

        ingress {
          from_port   = 80
          to_port     = 80
          protocol    = "tcp"
          cidr_blocks = ["10.0.0.0/8"]
        }
      }
    EOT
    unchanged = true
  }

  example "a published module, by ports and by a named rule" {
    params = { allowed_cidrs = ["10.0.0.0/8", "192.168.0.0/16"] }

    before = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws"
        version = "~> 5.1"

        name   = "bastion"
        vpc_id = var.vpc_id

        ingress_with_cidr_blocks = [
          {
            from_port   = 80
            to_port     = 80
            protocol    = "tcp"
            cidr_blocks = "172.16.0.0/12,0.0.0.0/0" # everybody
          },
          {
            rule        = "http-80-tcp"
            cidr_blocks = "0.0.0.0/0"
          },
          {
            rule        = "https-443-tcp"
            cidr_blocks = "0.0.0.0/0"
          },
        ]
      }
    EOT
    after  = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws"
        version = "~> 5.1"

        name   = "bastion"
        vpc_id = var.vpc_id

        ingress_with_cidr_blocks = [
          {
            from_port   = 80
            to_port     = 80
            protocol    = "tcp"
            cidr_blocks = "172.16.0.0/12,10.0.0.0/8,192.168.0.0/16" # everybody
          },
          {
            rule        = "http-80-tcp"
            cidr_blocks = "10.0.0.0/8,192.168.0.0/16"
          },
          {
            rule        = "https-443-tcp"
            cidr_blocks = "0.0.0.0/0"
          },
        ]
      }
    EOT
  }

  example "a published module whose list opens another port as well" {
    params  = { allowed_cidrs = ["10.0.0.0/8"] }
    refused = true
    before  = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws"
        version = "5.1.0"

        ingress_cidr_blocks = ["0.0.0.0/0"]
        ingress_rules       = ["http-80-tcp", "https-443-tcp"]
      }
    EOT
  }

  example "a published module of the newest version" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws"
        version = "~> 6.0"

        ingress_rules = {
          admin = {
            from_port   = 80
            ip_protocol = "tcp"
            cidr_ipv4   = "0.0.0.0/0"
          }
          web = {
            from_port   = 443
            ip_protocol = "tcp"
            cidr_ipv4   = "0.0.0.0/0"
          }
        }
      }
    EOT
    after  = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws"
        version = "~> 6.0"

        ingress_rules = {
          admin = {
            from_port   = 80
            ip_protocol = "tcp"
            cidr_ipv4   = "10.0.0.0/8"
          }
          web = {
            from_port   = 443
            ip_protocol = "tcp"
            cidr_ipv4   = "0.0.0.0/0"
          }
        }
      }
    EOT
  }

  example "a published module for this port alone" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws//modules/http-80"
        version = "~> 5.0"

        ingress_cidr_blocks = ["0.0.0.0/0"]
      }
    EOT
    after  = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws//modules/http-80"
        version = "~> 5.0"

        ingress_cidr_blocks = ["10.0.0.0/8"]
      }
    EOT
  }

  example "a published module for this port alone, of the newest version" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws//modules/http-80"
        version = "~> 6.0"

        ingress_cidr_ipv4 = {
          all = "0.0.0.0/0"
        }
      }
    EOT
    after  = <<-EOT
      module "bastion" {
        source  = "terraform-aws-modules/security-group/aws//modules/http-80"
        version = "~> 6.0"

        ingress_cidr_ipv4 = {
          all = "10.0.0.0/8"
        }
      }
    EOT
  }

  example "Cloud Posse's module" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      module "bastion" {
        source  = "cloudposse/security-group/aws"
        version = "2.2.0"

        rules = [
          {
            type        = "ingress"
            from_port   = 80
            to_port     = 80
            protocol    = "tcp"
            cidr_blocks = ["0.0.0.0/0"]
          },
          {
            type        = "egress"
            from_port   = 0
            to_port     = 65535
            protocol    = "all"
            cidr_blocks = ["0.0.0.0/0"]
          },
        ]
      }
    EOT
    after  = <<-EOT
      module "bastion" {
        source  = "cloudposse/security-group/aws"
        version = "2.2.0"

        rules = [
          {
            type        = "ingress"
            from_port   = 80
            to_port     = 80
            protocol    = "tcp"
            cidr_blocks = ["10.0.0.0/8"]
          },
          {
            type        = "egress"
            from_port   = 0
            to_port     = 65535
            protocol    = "all"
            cidr_blocks = ["0.0.0.0/0"]
          },
        ]
      }
    EOT
  }

  example "Cloud Posse's module with a matrix of rules" {
    params  = { allowed_cidrs = ["10.0.0.0/8"] }
    refused = true
    before  = <<-EOT
      module "bastion" {
        source  = "cloudposse/security-group/aws"
        version = "2.2.0"

        rule_matrix = [{
          cidr_blocks = ["0.0.0.0/0"]
          rules = [
            { type = "ingress", from_port = 443, to_port = 443, protocol = "tcp" },
            { type = "ingress", from_port = 80, to_port = 80, protocol = "tcp" },
          ]
        }]
      }
    EOT
  }

  example "Cloud Posse's module with one rule in its matrix" {
    params = { allowed_cidrs = ["10.0.0.0/8"] }

    before = <<-EOT
      module "bastion" {
        source  = "cloudposse/security-group/aws"
        version = "2.2.0"

        rule_matrix = [{
          cidr_blocks = ["0.0.0.0/0"]
          rules       = [{ type = "ingress", from_port = 80, to_port = 80, protocol = "tcp" }]
        }]
      }
    EOT
    after  = <<-EOT
      module "bastion" {
        source  = "cloudposse/security-group/aws"
        version = "2.2.0"

        rule_matrix = [{
          cidr_blocks = ["10.0.0.0/8"]
          rules       = [{ type = "ingress", from_port = 80, to_port = 80, protocol = "tcp" }]
        }]
      }
    EOT
  }

  example "Cloud Posse's module with lists of lists" {
    params  = { allowed_cidrs = ["10.0.0.0/8"] }
    refused = true
    before  = <<-EOT
      module "bastion" {
        source  = "cloudposse/security-group/aws"
        version = "2.2.0"

        rules_map = {
          admin = [{ type = "ingress", from_port = 80, to_port = 80, protocol = "tcp", cidr_blocks = ["0.0.0.0/0"] }]
        }
      }
    EOT
  }
}
