rule "aws/opensearch/node-to-node-encryption" {
  title    = "Encrypt the traffic between the nodes of a search domain"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Nodes copy shards to each other in the clear unless told otherwise.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticsearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_6"]
    security_hub = ["Opensearch.3", "ES.3"]
    prowler      = ["opensearch_service_domains_node_to_node_encryption_enabled"]
    trivy        = ["AWS-0043"]
    tfsec        = ["aws-elastic-search-enable-in-transit-encryption"]
    kics         = ["967eb3e6-26fc-497d-8895-6428beb6e8e2"]
    terrascan    = ["AC_AWS_0468"]
  }

  target {
    resource = ["aws_elasticsearch_domain", "aws_opensearch_domain"]
  }

  set "node_to_node_encryption.enabled" {
    value   = true
    default = false
  }

  refuse {
    when = try(resource.type == "aws_elasticsearch_domain" && (target.elasticsearch_version == null || matches(tostring(target.elasticsearch_version), "^[1-5]([.]|$)")) || resource.type == "aws_opensearch_domain" && matches(target.engine_version, "^Elasticsearch_[1-5]([.]|$)"), false)
    note = "Elasticsearch before 6.0 cannot encrypt what its nodes say to each other. Upgrade the domain first. Without `elasticsearch_version` the domain is made with 1.5."
  }

  applicability {
    level       = "disruptive"
    note        = "Whether this happens in place depends on the engine version; Terraform replaces domains older than Elasticsearch 6.7."
    replacement = "For Elasticsearch before 6.7."

    runbook = <<-EOT
      1. Read `terraform plan`: if the domain is replaced, take a manual snapshot to S3 first.
      2. Apply in a window; in place the domain makes a blue/green deployment.
    EOT
  }

  example "enabled not mentioned" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        cluster_config {
          instance_count = 3
        }

        node_to_node_encryption {
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "no version, which means 1.5" {
    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    refused = "before 6.0"
  }

  example "an old engine in the newer resource" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "Elasticsearch_5.6"
      }
    EOT
    refused = "before 6.0"
  }

  example "an engine that can" {
    before = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "6.0"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "6.0"

        node_to_node_encryption {
          enabled = true
        }
      }
    EOT
  }
}
