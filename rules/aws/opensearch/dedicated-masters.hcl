rule "aws/opensearch/dedicated-masters" {
  title    = "Give a search domain three dedicated master nodes in several zones"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without dedicated masters the nodes that answer queries also hold the
    cluster together, and an overload takes both down. Three can still agree
    when one fails.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_318", "CKV2_AWS_59"]
    security_hub = ["Opensearch.11", "ES.7"]
    prowler      = ["opensearch_service_domains_fault_tolerant_master_nodes"]
  }

  target {
    resource = ["aws_opensearch_domain", "aws_elasticsearch_domain"]
  }

  param "master_type" {
    type        = "string"
    default     = "m6g.large.search"
    description = "Instance type of the dedicated master nodes, written with .search; .elasticsearch is used for the older resource."
  }

  block "cluster_config" {
    body {
      dedicated_master_enabled = true
      set "dedicated_master_count" {
        value  = 3
        one_of = [3, 5]
      }
      set "dedicated_master_type" {
        value = param.master_type
        keep  = true
        when  = resource.type == "aws_opensearch_domain"
      }
      set "dedicated_master_type" {
        value = replace(param.master_type, ".search", ".elasticsearch")
        keep  = true
        when  = resource.type == "aws_elasticsearch_domain"
      }
      zone_awareness_enabled = true
    }
  }

  # Where the rule itself makes one node several, what they say to each other is encrypted from the start.
  set "node_to_node_encryption.enabled" {
    value = true
    when  = target.cluster_config.instance_count == null || target.cluster_config.instance_count == 1
  }

  set "cluster_config.instance_count" {
    at_least = 2
    value    = 2
  }

  refuse {
    when = resource.type == "aws_elasticsearch_domain" && (target.cluster_config.instance_count == null || target.cluster_config.instance_count == 1) && (target.elasticsearch_version == null || matches(target.elasticsearch_version, "^[1-5][.]"))
    note = "Elasticsearch before 6.0 cannot encrypt what its nodes say to each other, and the domain is not known to be newer. Upgrade the domain before it gets several."
  }

  refuse {
    when = target.cluster_config.zone_awareness_enabled != true && try(length(target.vpc_options.subnet_ids) == 1, false)
    note = "The domain is in one subnet of its VPC, and spread over two zones it needs a subnet in each. Give it the second subnet and zone awareness together."
  }

  applicability {
    level = "review"
    note  = "The domain is rebuilt beside itself and switched over."
    cost  = "Three more nodes by the hour, and a second data node where there was one."
  }

  example "no masters" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count = 4
          instance_type  = "r6g.large.search"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 4
          instance_type            = "r6g.large.search"
          dedicated_master_enabled = true
          dedicated_master_count   = 3
          dedicated_master_type    = "m6g.large.search"
          zone_awareness_enabled   = true
        }
      }
    EOT
  }

  example "the older resource" {
    before = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count = 4
          instance_type  = "r6g.large.elasticsearch"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 4
          instance_type            = "r6g.large.elasticsearch"
          dedicated_master_enabled = true
          dedicated_master_count   = 3
          dedicated_master_type    = "m6g.large.elasticsearch"
          zone_awareness_enabled   = true
        }
      }
    EOT
  }

  example "two masters, which cannot agree" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 4
          dedicated_master_enabled = true
          dedicated_master_count   = 2
          dedicated_master_type    = "m6g.large.search"
          zone_awareness_enabled   = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 4
          dedicated_master_enabled = true
          dedicated_master_count   = 3
          dedicated_master_type    = "m6g.large.search"
          zone_awareness_enabled   = true
        }
      }
    EOT
  }

  example "five masters" {
    before    = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 4
          dedicated_master_enabled = true
          dedicated_master_count   = 5
          dedicated_master_type    = "m6g.large.search"
          zone_awareness_enabled   = true
        }
      }
    EOT
    unchanged = true
  }

  example "a single data node, which cannot be spread" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count = 1
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 2
          dedicated_master_enabled = true
          dedicated_master_count   = 3
          dedicated_master_type    = "m6g.large.search"
          zone_awareness_enabled   = true
        }

        node_to_node_encryption {
          enabled = true
        }
      }
    EOT
  }

  example "a single node of an engine that cannot encrypt between nodes" {
    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "5.6"
      }
    EOT
    refused = true
  }

  example "nothing said" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          dedicated_master_enabled = true
          dedicated_master_count   = 3
          dedicated_master_type    = "m6g.large.search"
          zone_awareness_enabled   = true
          instance_count           = 2
        }

        node_to_node_encryption {
          enabled = true
        }
      }
    EOT
  }

  example "in a single subnet" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count = 4
        }

        vpc_options {
          subnet_ids = [aws_subnet.a.id]
        }
      }
    EOT
    refused = "in one subnet"
  }

  example "in two subnets" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count         = 4
          zone_awareness_enabled = true
        }

        vpc_options {
          subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        cluster_config {
          instance_count           = 4
          zone_awareness_enabled   = true
          dedicated_master_enabled = true
          dedicated_master_count   = 3
          dedicated_master_type    = "m6g.large.search"
        }

        vpc_options {
          subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
        }
      }
    EOT
  }
}
