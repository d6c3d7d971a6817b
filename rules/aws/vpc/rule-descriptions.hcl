rule "aws/vpc/rule-descriptions" {
  title    = "Say what each security group rule lets through"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Rules are added for a reason that nobody remembers a year later, and then
    nobody dares to remove them. A word on each, here its direction, protocol
    and ports, is what a review starts from; whoever knows the reason should
    write it in its place.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group",
  ]

  aliases {
    checkov = ["CKV_AWS_23"]
    trivy   = ["AWS-0099", "AWS-0124"]
    tfsec   = ["aws-ec2-add-description-to-security-group", "aws-ec2-add-description-to-security-group-rule"]
    kics    = ["68eb4bf3-f9bf-463d-b5cf-e029bb446d2e", "cb3f5ed6-0d18-40de-a93d-b3538db31e8c"]
    snyk    = ["SNYK-CC-TF-56"]
  }

  target {
    resource = ["aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"]
  }

  param "security_group_description" {
    type        = "string"
    default     = null
    description = "What a group that says nothing of itself is to say, such as where its purpose is written down. Terraform replaces the group for it; null leaves a group with rules of its own as it is, and only its rules are described."
  }

  # Derived from the label it would say nothing, and the group is replaced for it: the text is the organisation's.
  set "description" {
    value   = param.security_group_description
    present = true
    when    = resource.type == "aws_security_group" && (param.security_group_description != null || (target.ingress == null && target.egress == null))
  }

  set "ingress[*].description" {
    value         = try(block.protocol == "-1" || block.protocol == "all" ? "Incoming, all protocols" : block.protocol == "icmp" || block.protocol == "icmpv6" ? format("Incoming %s", block.protocol) : block.from_port == block.to_port ? format("Incoming %s %s", block.protocol, block.from_port) : format("Incoming %s %s-%s", block.protocol, block.from_port, block.to_port), block.from_port == block.to_port ? format("Incoming %s %s", block.protocol, block.from_port) : format("Incoming %s %s-%s", block.protocol, block.from_port, block.to_port), format("Incoming %s %s-%s", block.protocol, block.from_port, block.to_port))
    present       = true
    create_blocks = false
  }

  set "egress[*].description" {
    value         = try(block.protocol == "-1" || block.protocol == "all" ? "Outgoing, all protocols" : block.protocol == "icmp" || block.protocol == "icmpv6" ? format("Outgoing %s", block.protocol) : block.from_port == block.to_port ? format("Outgoing %s %s", block.protocol, block.from_port) : format("Outgoing %s %s-%s", block.protocol, block.from_port, block.to_port), block.from_port == block.to_port ? format("Outgoing %s %s", block.protocol, block.from_port) : format("Outgoing %s %s-%s", block.protocol, block.from_port, block.to_port), format("Outgoing %s %s-%s", block.protocol, block.from_port, block.to_port))
    present       = true
    create_blocks = false
  }

  set "description" {
    value   = try(format("%s%s", title(target.type), target.protocol == "-1" || target.protocol == "all" ? ", all protocols" : target.protocol == "icmp" || target.protocol == "icmpv6" ? format(" %s", target.protocol) : target.from_port == target.to_port ? format(" %s %s", target.protocol, target.from_port) : format(" %s %s-%s", target.protocol, target.from_port, target.to_port)), target.from_port == target.to_port ? format("%s %s %s", title(target.type), target.protocol, target.from_port) : format("%s %s %s-%s", title(target.type), target.protocol, target.from_port, target.to_port), format("%s %s %s-%s", title(target.type), target.protocol, target.from_port, target.to_port))
    present = true
    when    = resource.type == "aws_security_group_rule"
  }

  set "description" {
    value   = try(format("%s%s", resource.type == "aws_vpc_security_group_ingress_rule" ? "Ingress" : "Egress", target.ip_protocol == "-1" || target.ip_protocol == "all" ? ", all protocols" : target.ip_protocol == "icmp" || target.ip_protocol == "icmpv6" ? format(" %s", target.ip_protocol) : target.from_port == target.to_port ? format(" %s %s", target.ip_protocol, target.from_port) : format(" %s %s-%s", target.ip_protocol, target.from_port, target.to_port)), format("%s %s %s-%s", resource.type == "aws_vpc_security_group_ingress_rule" ? "Ingress" : "Egress", target.ip_protocol, target.from_port, target.to_port))
    present = true
    when    = contains(["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"], resource.type)
  }

  applicability {
    level = "safe"
    lower "disruptive" {
      when = resource.type == "aws_security_group" && target.description == null && param.security_group_description != null
      note = "AWS cannot change the description of a group that exists: Terraform will plan to replace the group, and fails while something uses it. Give it `create_before_destroy` and a `name_prefix`, or leave the group's own description as it is."
    }
    effect "replacement" {
      argument = "description"
      note     = "A group without a description is replaced; rules are changed in place."
      source   = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group#description"
    }
  }

  example "nothing described" {
    applicability = "safe"

    before = <<-EOT
      resource "aws_security_group" "web" {
        name = "web"

        ingress {
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = var.clients
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
      resource "aws_security_group" "web" {
        name = "web"

        ingress {
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = var.clients
          description = "Incoming tcp 443"
        }

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["0.0.0.0/0"]
          description = "Outgoing, all protocols"
        }
      }
    EOT
  }

  example "nothing described, and the organisation has a word for groups" {
    params        = { security_group_description = "See https://wiki.acme.example/networks" }
    applicability = "disruptive"

    before = <<-EOT
      resource "aws_security_group" "web" {
        name = "web"

        ingress {
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = var.clients
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "See https://wiki.acme.example/networks"

        ingress {
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = var.clients
          description = "Incoming tcp 443"
        }
      }
    EOT
  }

  example "a group whose rules stand elsewhere" {
    before  = <<-EOT
      resource "aws_security_group" "web" {
        name = "web"
      }

      resource "aws_vpc_security_group_ingress_rule" "web" {
        security_group_id = aws_security_group.web.id
        ip_protocol       = "tcp"
        from_port         = 443
        to_port           = 443
        cidr_ipv4         = "10.0.0.0/8"
        description       = "HTTPS from the office"
      }
    EOT
    address = "aws_security_group.web"
    refused = "security_group_description"
  }

  example "all that goes to some networks" {
    before = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["10.0.0.0/8"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["10.0.0.0/8"]
          description = "Outgoing, all protocols"
        }
      }
    EOT
  }

  example "ports nobody knows" {
    before  = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          from_port   = var.port
          to_port     = var.port
          protocol    = "tcp"
          cidr_blocks = var.clients
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          from_port   = var.port
          to_port     = var.port
          protocol    = "tcp"
          cidr_blocks = var.clients
          description = "Incoming tcp ${var.port}"
        }
      }
    EOT
  }

  example "a range of ports" {
    applicability = "safe"

    before = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          from_port   = 8000
          to_port     = 8100
          protocol    = "tcp"
          cidr_blocks = var.clients
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          from_port   = 8000
          to_port     = 8100
          protocol    = "tcp"
          cidr_blocks = var.clients
          description = "Incoming tcp 8000-8100"
        }
      }
    EOT
  }

  example "a rule of its own" {
    before = <<-EOT
      resource "aws_security_group_rule" "web" {
        type              = "ingress"
        security_group_id = aws_security_group.web.id
        from_port         = 22
        to_port           = 22
        protocol          = "tcp"
        cidr_blocks       = ["10.0.0.0/8"]
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group_rule" "web" {
        type              = "ingress"
        security_group_id = aws_security_group.web.id
        from_port         = 22
        to_port           = 22
        protocol          = "tcp"
        cidr_blocks       = ["10.0.0.0/8"]
        description       = "Ingress tcp 22"
      }
    EOT
  }

  example "an egress rule in the newer form" {
    before = <<-EOT
      resource "aws_vpc_security_group_egress_rule" "web" {
        security_group_id = aws_security_group.web.id
        ip_protocol       = "-1"
        cidr_ipv4         = "0.0.0.0/0"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc_security_group_egress_rule" "web" {
        security_group_id = aws_security_group.web.id
        ip_protocol       = "-1"
        cidr_ipv4         = "0.0.0.0/0"
        description       = "Egress, all protocols"
      }
    EOT
  }

  example "described" {
    before    = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          description = "HTTPS from the office"
          from_port   = 443
          to_port     = 443
          protocol    = "tcp"
          cidr_blocks = var.clients
        }
      }
    EOT
    unchanged = true
  }

  example "what is asked of a host, whose ports are a kind of message" {
    before = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          from_port   = 8
          to_port     = 0
          protocol    = "icmp"
          cidr_blocks = var.clients
        }

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "all"
          cidr_blocks = var.clients
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        ingress {
          from_port   = 8
          to_port     = 0
          protocol    = "icmp"
          cidr_blocks = var.clients
          description = "Incoming icmp"
        }

        egress {
          from_port   = 0
          to_port     = 0
          protocol    = "all"
          cidr_blocks = var.clients
          description = "Outgoing, all protocols"
        }
      }
    EOT
  }

  example "a rule resource whose ports are a kind of message" {
    before = <<-EOT
      resource "aws_security_group_rule" "ping" {
        type              = "ingress"
        from_port         = -1
        to_port           = -1
        protocol          = "icmp"
        cidr_blocks       = var.clients
        security_group_id = aws_security_group.web.id
      }
    EOT
    after  = <<-EOT
      resource "aws_security_group_rule" "ping" {
        type              = "ingress"
        from_port         = -1
        to_port           = -1
        protocol          = "icmp"
        cidr_blocks       = var.clients
        security_group_id = aws_security_group.web.id
        description       = "Ingress icmp"
      }
    EOT
  }

  example "an entry without ports" {
    before  = <<-EOT
      resource "aws_security_group_rule" "web" {
        type              = "ingress"
        protocol          = "tcp"
        cidr_blocks       = var.clients
        security_group_id = aws_security_group.web.id
      }
    EOT
    refused = true
  }

  example "entries that a list gives" {
    before = <<-EOT
      variable "rules" {
        type = list(object({ from = number, to = number, protocol = string }))
      }

      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        dynamic "ingress" {
          for_each = var.rules
          content {
            from_port   = ingress.value.from
            to_port     = ingress.value.to
            protocol    = ingress.value.protocol
            cidr_blocks = var.clients
          }
        }
      }
    EOT
    after  = <<-EOT
      variable "rules" {
        type = list(object({ from = number, to = number, protocol = string }))
      }

      resource "aws_security_group" "web" {
        name        = "web"
        description = "web servers"

        dynamic "ingress" {
          for_each = var.rules
          content {
            from_port   = ingress.value.from
            to_port     = ingress.value.to
            protocol    = ingress.value.protocol
            cidr_blocks = var.clients
            description = "Incoming ${ingress.value.protocol} ${ingress.value.from}-${ingress.value.to}"
          }
        }
      }
    EOT
  }
}
