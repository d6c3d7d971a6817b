rule "aws/opensearch/at-rest-encryption" {
  title    = "Encrypt the data of a search domain at rest"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Indices, logs, swap and automated snapshots are plain files of the service
    otherwise.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticsearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_5"]
    security_hub = ["Opensearch.1", "ES.1"]
    prowler      = ["opensearch_service_domains_encryption_at_rest_enabled"]
    trivy        = ["AWS-0048"]
    tfsec        = ["aws-elastic-search-enable-domain-encryption"]
    kics         = ["24e16922-4330-4e9d-be8a-caa90299466a"]
    terrascan    = ["AC_AWS_0112"]
  }

  target {
    resource = ["aws_elasticsearch_domain", "aws_opensearch_domain"]
  }

  set "encrypt_at_rest.enabled" {
    value   = true
    default = false
  }

  refuse {
    when = try(resource.type == "aws_elasticsearch_domain" && (target.elasticsearch_version == null || matches(tostring(target.elasticsearch_version), "^([1-4]|5[.]0)([.]|$)")) || resource.type == "aws_opensearch_domain" && matches(target.engine_version, "^Elasticsearch_([1-4]|5[.]0)([.]|$)"), false)
    note = "Elasticsearch before 5.1 cannot encrypt its data at rest. Upgrade the domain first. Without `elasticsearch_version` the domain is made with 1.5."
  }

  refuse {
    when = try(target.cluster_config != null && target.cluster_config.instance_type == null, false) || try(matches(target.cluster_config.instance_type, "^(t2|m3|r3)[.]"), false)
    note = "t2, m3 and r3 instances cannot encrypt their data at rest. Choose a newer type first; without `instance_type` the provider takes m3.medium."
  }

  applicability {
    level       = "disruptive"
    note        = "Whether this happens in place depends on the engine version; Terraform replaces domains older than Elasticsearch 6.7."
    replacement = "For Elasticsearch before 6.7."
    data_loss   = "Where the domain is replaced; take a manual snapshot first."

    runbook = <<-EOT
      1. Read `terraform plan`: if the domain is replaced, take a manual snapshot to S3 first.
      2. Apply in a window; in place the domain makes a blue/green deployment.
      3. Where it was replaced, restore the snapshot and compare document counts.
    EOT
  }

  example "enabled not mentioned" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
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

        encrypt_at_rest {
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

        encrypt_at_rest {
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

        encrypt_at_rest {
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

        encrypt_at_rest {
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key

        encrypt_at_rest {
          enabled = true
        }
      }
    EOT
  }

  example "no version, which means 1.5" {
    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    refused = "before 5.1"
  }

  example "an old engine in the newer resource" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "Elasticsearch_2.3"
      }
    EOT
    refused = "before 5.1"
  }

  example "a version that callers choose" {
    before = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = var.search_version
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = var.search_version

        encrypt_at_rest {
          enabled = true
        }
      }
    EOT
  }

  example "instances that cannot encrypt" {
    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "7.10"

        cluster_config {
          instance_type = "t2.small.elasticsearch"
        }
      }
    EOT
    refused = "t2, m3 and r3"
  }

  example "no type of instance, which means m3.medium" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "OpenSearch_1.3"

        cluster_config {
          instance_count = 2
        }
      }
    EOT
    refused = "t2, m3 and r3"
  }
}
