rule "aws/vpc/peering-routes" {
  title    = "Send a peer only what is meant for it"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A route of everything to a peered network hands the traffic of this one to
    the other, whoever runs it.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route",
  ]

  aliases {
    checkov = ["CKV2_AWS_44"]
    kics    = ["b3a41501-f712-4c4f-81e5-db9a7dc0e34e"]
    cis_aws = ["5.0.0/5.6", "3.0.0/5.5"]
  }

  target {
    resource = ["aws_route", "aws_route_table", "aws_default_route_table"]
  }

  param "peer_cidrs" {
    type        = "cidr_list"
    default     = null
    description = "Networks of the peer: CIDR blocks, IPv4 or IPv6. Only the owner of the two networks knows."
  }

  narrow "destination_cidr_block" {
    drop = ["0.0.0.0/0"]
    to   = param.peer_cidrs
    when = target.vpc_peering_connection_id != null
  }

  narrow "destination_ipv6_cidr_block" {
    drop = ["::/0"]
    to   = param.peer_cidrs
    when = target.vpc_peering_connection_id != null
  }

  narrow "route[*].cidr_block" {
    drop = ["0.0.0.0/0"]
    to   = param.peer_cidrs
    when = block.vpc_peering_connection_id != null
  }

  narrow "route[*].ipv6_cidr_block" {
    drop = ["::/0"]
    to   = param.peer_cidrs
    when = block.vpc_peering_connection_id != null
  }

  applicability {
    level     = "review"
    note      = "What reached other networks through the peer no longer does, from the next apply on."
    behaviour = "Traffic to networks other than the peer's takes another route, or none."
  }

  example "everything" {
    params = { peer_cidrs = ["10.50.0.0/16"] }

    before = <<-EOT
      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = "0.0.0.0/0"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = "10.50.0.0/16"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
  }

  example "everything of IPv6" {
    params = { peer_cidrs = ["fd00:50::/48"] }

    before = <<-EOT
      resource "aws_route" "peer" {
        route_table_id              = aws_route_table.main.id
        destination_ipv6_cidr_block = "::/0"
        vpc_peering_connection_id   = aws_vpc_peering_connection.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_route" "peer" {
        route_table_id              = aws_route_table.main.id
        destination_ipv6_cidr_block = "fd00:50::/48"
        vpc_peering_connection_id   = aws_vpc_peering_connection.main.id
      }
    EOT
  }

  example "in a route table" {
    params = { peer_cidrs = ["10.50.0.0/16"] }

    before = <<-EOT
      resource "aws_route_table" "main" {
        vpc_id = aws_vpc.main.id

        route {
          cidr_block = "0.0.0.0/0"
          gateway_id = aws_internet_gateway.main.id
        }

        route {
          cidr_block                = "0.0.0.0/0" # the other team
          vpc_peering_connection_id = aws_vpc_peering_connection.main.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_route_table" "main" {
        vpc_id = aws_vpc.main.id

        route {
          cidr_block = "0.0.0.0/0"
          gateway_id = aws_internet_gateway.main.id
        }

        route {
          cidr_block                = "10.50.0.0/16" # the other team
          vpc_peering_connection_id = aws_vpc_peering_connection.main.id
        }
      }
    EOT
  }

  example "IPv6 in a route table" {
    params = { peer_cidrs = ["fd00:50::/48"] }

    before = <<-EOT
      resource "aws_route_table" "main" {
        vpc_id = aws_vpc.main.id

        route {
          ipv6_cidr_block           = "::/0"
          vpc_peering_connection_id = aws_vpc_peering_connection.main.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_route_table" "main" {
        vpc_id = aws_vpc.main.id

        route {
          ipv6_cidr_block           = "fd00:50::/48"
          vpc_peering_connection_id = aws_vpc_peering_connection.main.id
        }
      }
    EOT
  }

  example "given by a variable" {
    params = { peer_cidrs = ["10.50.0.0/16"] }

    before = <<-EOT
      variable "destination" {
        type    = string
        default = "0.0.0.0/0"
      }

      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = var.destination
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
    after  = <<-EOT
      variable "destination" {
        type    = string
        default = "10.50.0.0/16"
      }

      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = var.destination
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
  }

  example "one for each table" {
    params = { peer_cidrs = ["10.50.0.0/16"] }

    before = <<-EOT
      resource "aws_route" "peer" {
        for_each                  = toset(var.tables)
        route_table_id            = each.key
        destination_cidr_block    = "0.0.0.0/0"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_route" "peer" {
        for_each                  = toset(var.tables)
        route_table_id            = each.key
        destination_cidr_block    = "10.50.0.0/16"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
  }

  example "nobody has said which networks the peer has" {
    before  = <<-EOT
      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = "0.0.0.0/0"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
    refused = true
  }

  example "the peer has several networks" {
    params = { peer_cidrs = ["10.50.0.0/16", "10.51.0.0/16"] }

    before  = <<-EOT
      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = "0.0.0.0/0"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
    refused = true
  }

  example "everything to the internet" {
    before    = <<-EOT
      resource "aws_route" "out" {
        route_table_id         = aws_route_table.main.id
        destination_cidr_block = "0.0.0.0/0"
        gateway_id             = aws_internet_gateway.main.id
      }
    EOT
    unchanged = true
  }

  example "one network" {
    before    = <<-EOT
      resource "aws_route" "peer" {
        route_table_id            = aws_route_table.main.id
        destination_cidr_block    = "10.50.0.0/16"
        vpc_peering_connection_id = aws_vpc_peering_connection.main.id
      }
    EOT
    unchanged = true
  }
}
