rule "aws/vpc/network-acl-named-ports" {
  title    = "Name the ports that a network ACL lets in"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An entry that lets in every port leaves each host of the subnet to its own
    security group, and to whoever opens that one by mistake.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
    "https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/network_acl_rule",
  ]

  aliases {
    checkov = ["CKV_AWS_352"]
  }

  # An entry that denies should deny every port, and ICMP has none.
  target {
    resource = "aws_network_acl_rule"
    when     = coalesce(target.egress, false) == false && target.rule_action == "allow" && !contains(["icmp", "icmpv6", "1", "58"], tostring(target.protocol))
  }

  param "network_acl_protocol" {
    type        = "string"
    default     = null
    description = "`tcp` or `udp`: what the entry lets in instead of every protocol; give it with the fix of one entry."
  }
  param "network_acl_from_port" {
    type        = "number"
    required    = true
    description = "First port that the entry lets in; give it with the fix of one entry."
  }
  param "network_acl_to_port" {
    type        = "number"
    required    = true
    description = "Last port that the entry lets in; give it with the fix of one entry."
  }

  set "protocol" {
    value = param.network_acl_protocol
    when  = contains(["-1", "all"], tostring(target.protocol))
  }

  set "to_port" {
    value = param.network_acl_to_port
    when  = coalesce(target.from_port, 0) == 0
  }

  set "from_port" {
    value    = param.network_acl_from_port
    at_least = 1
  }

  refuse {
    when = param.network_acl_protocol != null && !contains(["tcp", "udp"], param.network_acl_protocol)
    note = "`network_acl_protocol` is `tcp` or `udp`: only they have ports."
  }

  refuse {
    when = param.network_acl_from_port != null && param.network_acl_to_port != null && param.network_acl_from_port > param.network_acl_to_port
    note = "`network_acl_from_port` is beyond `network_acl_to_port`."
  }

  applicability {
    level     = "review"
    note      = "Network ACLs keep no state: what hosts of the subnet ask of others is answered to ports 1024 to 65535, and needs an entry of its own."
    behaviour = "Packets to other ports, and of other protocols, are dropped unless another entry lets them in."
  }

  example "every protocol" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    after  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "tcp"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
        to_port        = 443
        from_port      = 443
      }
    EOT
  }

  example "every port, decided by a variable" {
    params = {
      network_acl_from_port = 8000
      network_acl_to_port   = 8080
    }

    before = <<-EOT
      variable "from_port" {
        default = 0
      }

      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "tcp"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
        from_port      = var.from_port
        to_port        = 65535
      }
    EOT
    after  = <<-EOT
      variable "from_port" {
        default = 8000
      }

      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "tcp"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
        from_port      = var.from_port
        to_port        = 8080
      }
    EOT
  }

  example "one for each subnet" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before = <<-EOT
      resource "aws_network_acl_rule" "web" {
        for_each       = var.acls
        network_acl_id = each.value
        rule_number    = 100
        protocol       = -1
        rule_action    = "allow"
        cidr_block     = "0.0.0.0/0"
        from_port      = 0
        to_port        = 0
      }
    EOT
    after  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        for_each       = var.acls
        network_acl_id = each.value
        rule_number    = 100
        protocol       = "tcp"
        rule_action    = "allow"
        cidr_block     = "0.0.0.0/0"
        from_port      = 443
        to_port        = 443
      }
    EOT
  }

  example "nobody has given the ports yet" {
    before  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    refused = true
  }

  example "nobody has given the protocol" {
    params = {
      network_acl_from_port = 8000
      network_acl_to_port   = 8080
    }

    before  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    refused = true
  }

  example "a protocol without ports" {
    params = {
      network_acl_protocol  = "icmp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    refused = true
  }

  example "ports the wrong way round" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 80
    }

    before  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    refused = true
  }

  example "callers choose" {
    params = {
      network_acl_from_port = 8000
      network_acl_to_port   = 8080
    }

    before  = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "tcp"
        from_port      = var.from_port
        to_port        = var.to_port
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }

      variable "from_port" {
        type = number
      }

      variable "to_port" {
        type = number
      }
    EOT
    refused = true
  }

  example "already right" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before    = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "tcp"
        from_port      = 443
        to_port        = 443
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    unchanged = true
  }

  example "an entry that denies" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before    = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "-1"
        rule_action    = "deny"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    unchanged = true
  }

  example "ICMP" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before    = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        protocol       = "icmp"
        icmp_type      = 8
        icmp_code      = -1
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    unchanged = true
  }

  example "outgoing" {
    params = {
      network_acl_protocol  = "tcp"
      network_acl_from_port = 443
      network_acl_to_port   = 443
    }

    before    = <<-EOT
      resource "aws_network_acl_rule" "web" {
        network_acl_id = aws_network_acl.main.id
        rule_number    = 100
        egress         = true
        protocol       = "-1"
        rule_action    = "allow"
        cidr_block     = "10.0.0.0/8"
      }
    EOT
    unchanged = true
  }
}
