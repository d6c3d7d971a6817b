rule "aws/transfer/inside-vpc" {
  title    = "Take a file transfer server off the internet"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public server takes logins from anywhere, and no security group can limit
    who tries. Inside a VPC only the networks that its owner chooses reach it.
  EOT

  references = [
    "https://docs.aws.amazon.com/transfer/latest/userguide/create-server-in-vpc.html",
    "https://docs.aws.amazon.com/transfer/latest/APIReference/API_EndpointDetails.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/transfer_server",
  ]

  aliases {
    checkov = ["CKV_AWS_164"]
  }

  target {
    resource = "aws_transfer_server"
  }

  param "vpc_id" {
    type        = "expression"
    required    = true
    description = "VPC that the server's endpoint moves into: an id or a reference such as module.vpc.vpc_id."
  }
  param "subnet_ids" {
    type        = "expression"
    required    = true
    description = "Subnets of that VPC: a list or a reference such as module.vpc.private_subnets."
  }
  param "security_group_ids" {
    type        = "expression"
    default     = null
    description = "Security groups that say who may connect: a list or a reference. Null means the default group of the VPC."
  }

  # Elastic addresses would put the server on the internet again; whoever wants that adds them with the security groups that limit it.
  block "endpoint_details" {
    when = target.endpoint_type == null || target.endpoint_type == "PUBLIC"

    body {
      set "vpc_id" {
        value = param.vpc_id
        keep  = true
      }
      set "subnet_ids" {
        value = param.subnet_ids
        keep  = true
      }
      set "security_group_ids" {
        value = param.security_group_ids
        keep  = true
        when  = param.security_group_ids != null
      }
    }
  }

  set "endpoint_type" {
    value  = "VPC"
    one_of = ["VPC", "VPC_ENDPOINT"]
  }

  applicability {
    level    = "disruptive"
    note     = "Partners on the internet no longer reach the server: they need a way into the VPC first."
    downtime = "The provider stops the server, moves its endpoint and starts it again; transfers that run break off."
    cost     = "Data that passes through the VPC's endpoint is billed."

    runbook = <<-EOT
      1. List the users and partners that connect, and open them a way into the VPC (VPN, peering, a load balancer with their addresses).
      2. Apply while no transfer runs: the server is stopped while its endpoint moves.
      3. Lead the host name that partners use to the endpoint in the VPC, and try a transfer from each of their networks.
    EOT
  }

  example "the endpoint not mentioned" {
    params = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0123456789abcdef0"]
    }

    before = <<-EOT
      resource "aws_transfer_server" "partners" {
        identity_provider_type = "SERVICE_MANAGED"
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "partners" {
        identity_provider_type = "SERVICE_MANAGED"
        endpoint_type          = "VPC"

        endpoint_details {
          vpc_id     = "vpc-0123456789abcdef0"
          subnet_ids = ["subnet-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "public in writing, and security groups are given" {
    params = {
      vpc_id             = "vpc-0123456789abcdef0"
      subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
      security_group_ids = ["sg-0123456789abcdef0"]
    }

    before = <<-EOT
      resource "aws_transfer_server" "partners" {
        identity_provider_type = "SERVICE_MANAGED"
        endpoint_type          = "PUBLIC" # partners in five countries
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "partners" {
        identity_provider_type = "SERVICE_MANAGED"
        endpoint_type          = "VPC" # partners in five countries

        endpoint_details {
          vpc_id             = "vpc-0123456789abcdef0"
          subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
          security_group_ids = ["sg-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "nobody has given the network yet" {
    before  = <<-EOT
      resource "aws_transfer_server" "partners" {
        identity_provider_type = "SERVICE_MANAGED"
      }
    EOT
    refused = true
  }

  example "decided by a variable" {
    params = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0123456789abcdef0"]
    }

    before = <<-EOT
      variable "endpoint_type" {
        default = "PUBLIC"
      }

      resource "aws_transfer_server" "partners" {
        endpoint_type = var.endpoint_type
      }
    EOT
    after  = <<-EOT
      variable "endpoint_type" {
        default = "VPC"
      }

      resource "aws_transfer_server" "partners" {
        endpoint_type = var.endpoint_type

        endpoint_details {
          vpc_id     = "vpc-0123456789abcdef0"
          subnet_ids = ["subnet-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "callers choose" {
    params = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0123456789abcdef0"]
    }

    before  = <<-EOT
      variable "endpoint_type" {
        type = string
      }

      resource "aws_transfer_server" "partners" {
        endpoint_type = var.endpoint_type
      }
    EOT
    refused = true
  }

  example "one for each partner" {
    params = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0123456789abcdef0"]
    }

    before = <<-EOT
      resource "aws_transfer_server" "partners" {
        for_each               = toset(var.partners)
        identity_provider_type = "SERVICE_MANAGED"
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "partners" {
        for_each               = toset(var.partners)
        identity_provider_type = "SERVICE_MANAGED"
        endpoint_type          = "VPC"

        endpoint_details {
          vpc_id     = "vpc-0123456789abcdef0"
          subnet_ids = ["subnet-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "already right" {
    params = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0123456789abcdef0"]
    }

    before    = <<-EOT
      resource "aws_transfer_server" "partners" {
        endpoint_type = "VPC"

        endpoint_details {
          vpc_id     = aws_vpc.main.id
          subnet_ids = aws_subnet.private[*].id
        }
      }
    EOT
    unchanged = true
  }

  example "the older kind of endpoint" {
    params = {
      vpc_id     = "vpc-0123456789abcdef0"
      subnet_ids = ["subnet-0123456789abcdef0"]
    }

    before    = <<-EOT
      resource "aws_transfer_server" "partners" {
        endpoint_type = "VPC_ENDPOINT"

        endpoint_details {
          vpc_endpoint_id = aws_vpc_endpoint.transfer.id
        }
      }
    EOT
    unchanged = true
  }
}
