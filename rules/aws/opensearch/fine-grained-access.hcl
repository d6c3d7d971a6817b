rule "aws/opensearch/fine-grained-access" {
  title    = "Decide index by index who may read a search domain"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without fine-grained access control whoever reaches the domain may read and
    delete every index. With it each user and role has its own rights.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]

  aliases {
    checkov      = ["CKV2_AWS_52"]
    security_hub = ["Opensearch.7"]
    prowler      = ["opensearch_service_domains_access_control_enabled"]
  }

  target {
    resource = ["aws_opensearch_domain", "aws_elasticsearch_domain"]
  }

  param "master_user_arn" {
    type        = "expression"
    required    = true
    description = "Who administers the domain where it names no master user: the ARN of a role or user, or a reference to it. Setting it says as well that clients sign in."
  }

  set "encrypt_at_rest.enabled" {
    value = true
  }

  set "node_to_node_encryption.enabled" {
    value = true
  }

  set "domain_endpoint_options.enforce_https" {
    value = true
  }

  set "advanced_security_options.enabled" {
    value = true
  }

  set "advanced_security_options.internal_user_database_enabled" {
    value = true
    when  = target.advanced_security_options.master_user_options.master_user_name != null
  }

  set "advanced_security_options.master_user_options.master_user_arn" {
    value   = param.master_user_arn
    present = true
    when    = target.advanced_security_options.master_user_options.master_user_name == null
  }

  refuse {
    when = try(resource.type == "aws_elasticsearch_domain" && (target.elasticsearch_version == null || matches(tostring(target.elasticsearch_version), "^([1-5]|6[.][0-6])([.]|$)")) || resource.type == "aws_opensearch_domain" && matches(target.engine_version, "^Elasticsearch_([1-5]|6[.][0-6])([.]|$)"), false)
    note = "Elasticsearch before 6.7 has no fine-grained access control. Upgrade the domain first. Without `elasticsearch_version` the domain is made with 1.5."
  }

  refuse {
    when = try(target.cluster_config != null && target.cluster_config.instance_type == null, false) || try(matches(target.cluster_config.instance_type, "^(t2|m3|r3)[.]"), false)
    note = "t2, m3 and r3 instances cannot have fine-grained access control. Choose a newer type first; without `instance_type` the provider takes m3.medium."
  }

  applicability {
    level     = "review"
    note      = "Requests without a user or role that is known to the domain are refused; encryption, which AWS demands for this, is switched on with it and starts a blue/green deployment."
    behaviour = "Anonymous requests are refused."
  }

  example "not mentioned" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        domain_name    = "orders"
        engine_version = "OpenSearch_2.11"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        domain_name    = "orders"
        engine_version = "OpenSearch_2.11"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }

        advanced_security_options {
          enabled = true

          master_user_options {
            master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
          }
        }
      }
    EOT
  }

  example "switched off, with a master user of its own" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        domain_name    = "orders"
        engine_version = "OpenSearch_2.11"

        advanced_security_options {
          enabled                        = false
          internal_user_database_enabled = false

          master_user_options {
            master_user_name     = "admin"
            master_user_password = var.password
          }
        }

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        domain_name    = "orders"
        engine_version = "OpenSearch_2.11"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true

          master_user_options {
            master_user_name     = "admin"
            master_user_password = var.password
          }
        }

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
  }

  example "nothing encrypted" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before = <<-EOT
      resource "aws_elasticsearch_domain" "orders" {
        domain_name           = "orders"
        elasticsearch_version = "7.10"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "orders" {
        domain_name           = "orders"
        elasticsearch_version = "7.10"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }

        advanced_security_options {
          enabled = true

          master_user_options {
            master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
          }
        }
      }
    EOT
  }

  example "one for each name" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        for_each       = toset(var.names)
        domain_name    = each.key
        engine_version = "OpenSearch_2.11"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        for_each       = toset(var.names)
        domain_name    = each.key
        engine_version = "OpenSearch_2.11"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }

        advanced_security_options {
          enabled = true

          master_user_options {
            master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
          }
        }
      }
    EOT
  }

  example "nobody has named a master user" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        domain_name    = "orders"
        engine_version = "OpenSearch_2.11"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_opensearch_domain" "orders" {
        domain_name    = "orders"
        engine_version = "OpenSearch_2.11"

        advanced_security_options {
          enabled = true

          master_user_options {
            master_user_arn = aws_iam_role.admin.arn
          }
        }

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    unchanged = true
  }

  example "no version, which means 1.5" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    refused = "before 6.7"
  }

  example "an old engine in the newer resource" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "Elasticsearch_6.5"
      }
    EOT
    refused = "before 6.7"
  }

  example "an engine that can" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

    before = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "6.8"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "6.8"

        encrypt_at_rest {
          enabled = true
        }

        node_to_node_encryption {
          enabled = true
        }

        domain_endpoint_options {
          enforce_https = true
        }

        advanced_security_options {
          enabled = true

          master_user_options {
            master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
          }
        }
      }
    EOT
  }

  example "instances that cannot" {
    params = { master_user_arn = "arn:aws:iam::111122223333:role/search-admin" }

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
}
