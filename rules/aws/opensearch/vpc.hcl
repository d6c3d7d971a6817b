rule "aws/opensearch/vpc" {
  title    = "Put a search domain inside a VPC"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public domain is guarded by its access policy alone, and one star in it
    opens all documents to the internet. That has leaked more data than any
    break-in.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html",
    "https://github.com/hashicorp/terraform-provider-aws/pull/12296",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_137", "CKV_AWS_248"]
    security_hub = ["Opensearch.2", "ES.2"]
    prowler      = ["opensearch_service_domains_not_publicly_accessible"]
  }

  target {
    resource = ["aws_opensearch_domain", "aws_elasticsearch_domain"]
  }

  param "subnet_ids" {
    type        = "expression"
    required    = true
    description = "Subnets for the domain, each in another zone: a list or a reference. A domain with zone awareness gets as many from the front as it has zones, one without it the first only; a reference is written as it is."
  }
  param "security_group_ids" {
    type        = "expression"
    required    = true
    description = "Security groups that let the clients in: a list or a reference."
  }

  block "vpc_options" {
    body {
      set "security_group_ids" {
        value = param.security_group_ids
        keep  = true
      }
      set "subnet_ids" {
        value = try([for at, subnet in param.subnet_ids : subnet if at < (target.cluster_config.zone_awareness_enabled == true ? coalesce(target.cluster_config.zone_awareness_config.availability_zone_count, 2) : 1)], param.subnet_ids)
        keep  = true
      }
    }
  }

  refuse {
    when = target.vpc_options.subnet_ids == null && try((target.cluster_config.zone_awareness_enabled == true ? coalesce(target.cluster_config.zone_awareness_config.availability_zone_count, 2) : 1) > length(param.subnet_ids), false)
    note = "The domain is spread over more zones than `subnet_ids` names subnets, and it needs one in each. Name as many subnets as it has zones."
  }

  refuse {
    when = target.vpc_options.subnet_ids == null && !try((target.cluster_config.zone_awareness_enabled == true ? coalesce(target.cluster_config.zone_awareness_config.availability_zone_count, 2) : 1) > 0, false)
    note = "A domain takes one subnet without zone awareness and one in each zone with it; over how many zones this one is spread these files do not decide."
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace a public domain; its indexes are gone unless they are restored from a snapshot."
    replacement = true
    data_loss   = true
    downtime    = "Until the new domain is there and the indexes are restored."

    runbook = <<-EOT
      1. Take a manual snapshot of all indexes to S3.
      2. Stop writers in an agreed window, apply, restore the snapshot.
      3. Give clients the new endpoint, which they reach inside the VPC only.
    EOT
  }

  example "on the internet" {
    params = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        vpc_options {
          security_group_ids = ["sg-0123456789abcdef0"]
          subnet_ids         = ["subnet-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "the default security group" {
    params = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        vpc_options {
          subnet_ids = [aws_subnet.a.id]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        vpc_options {
          subnet_ids         = [aws_subnet.a.id]
          security_group_ids = ["sg-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "nobody has said which subnets" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    refused = true
  }

  example "inside already" {
    before    = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        vpc_options {
          security_group_ids = [aws_security_group.search.id]
          subnet_ids         = [aws_subnet.a.id]
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        for_each    = toset(var.names)
        domain_name = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        for_each    = toset(var.names)
        domain_name = each.key

        vpc_options {
          security_group_ids = ["sg-0123456789abcdef0"]
          subnet_ids         = ["subnet-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "in one zone, and two subnets are named" {
    params = { subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        vpc_options {
          security_group_ids = ["sg-0123456789abcdef0"]
          subnet_ids         = ["subnet-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "spread over two zones" {
    params = { subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = true
        }

        vpc_options {
          security_group_ids = ["sg-0123456789abcdef0"]
          subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
        }
      }
    EOT
  }

  example "spread over two zones, and one subnet is named" {
    params = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }

    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = true
        }
      }
    EOT
    refused = "more zones than"
  }

  example "spread over three zones, and two subnets are named" {
    params = { subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], security_group_ids = ["sg-0123456789abcdef0"] }

    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = true

          zone_awareness_config {
            availability_zone_count = 3
          }
        }
      }
    EOT
    refused = "more zones than"
  }

  example "spread by a variable" {
    params = { subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"], security_group_ids = ["sg-0123456789abcdef0"] }

    before  = <<-EOT
      variable "zones" {
        type = bool
      }

      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = var.zones
        }
      }
    EOT
    refused = "these files do not decide"
  }

  example "subnets by reference" {
    params = { subnet_ids = var.subnet_ids, security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      variable "subnet_ids" {
        type = list(string)
      }

      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      variable "subnet_ids" {
        type = list(string)
      }

      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          zone_awareness_enabled = true
        }

        vpc_options {
          security_group_ids = ["sg-0123456789abcdef0"]
          subnet_ids         = var.subnet_ids
        }
      }
    EOT
  }
}
