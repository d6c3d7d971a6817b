rule "aws/opensearch/audit-logs" {
  title    = "Log who asks a search domain for what"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The audit log says who signed in, who was turned away and who read which
    index. Without it a leak through the domain leaves no trace.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_317"]
    security_hub = ["Opensearch.5", "ES.5"]
    prowler      = ["opensearch_service_domains_audit_logging_enabled"]
  }

  target {
    resource = ["aws_opensearch_domain", "aws_elasticsearch_domain"]
  }

  param "log_group_arn" {
    type        = "expression"
    default     = null
    description = "CloudWatch log group whose resource policy lets the service write: an ARN or a reference such as aws_cloudwatch_log_group.search.arn. Null means a log group of its own, for a domain that has no logs yet."
  }
  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  param "master_user_arn" {
    type        = "expression"
    default     = null
    description = "Who administers a domain that has no fine-grained access control yet, which audit logs need: the ARN of a role or user, or a reference to it. Setting it says as well that clients sign in."
  }

  set "encrypt_at_rest.enabled" {
    value = true
    when  = target.advanced_security_options.enabled != true
  }

  set "node_to_node_encryption.enabled" {
    value = true
    when  = target.advanced_security_options.enabled != true
  }

  set "domain_endpoint_options.enforce_https" {
    value = true
    when  = target.advanced_security_options.enabled != true
  }

  set "advanced_security_options.internal_user_database_enabled" {
    value = true
    when  = target.advanced_security_options.enabled != true && target.advanced_security_options.master_user_options.master_user_name != null
  }

  set "advanced_security_options.master_user_options.master_user_arn" {
    value   = param.master_user_arn
    present = true
    when    = target.advanced_security_options.enabled != true && target.advanced_security_options.master_user_options.master_user_name == null
  }

  set "advanced_security_options.enabled" {
    value = true
  }

  companion "aws_cloudwatch_log_group" {
    referenced_by = "log_publishing_options.cloudwatch_log_group_arn"
    attribute     = "arn"
    name          = format("%s_audit", resource.name)
    when          = param.log_group_arn == null && target.log_publishing_options == null

    body {
      name              = format("/aws/opensearch/%s/audit", target.domain_name)
      retention_in_days = 365
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
        when  = param.kms_key != null
      }
    }
  }

  companion "aws_cloudwatch_log_resource_policy" {
    link    = "policy_document"
    link_to = "aws_cloudwatch_log_group"
    name    = format("%s_audit", resource.name)
    when    = companion("aws_cloudwatch_log_group") != null

    body {
      set "policy_name" {
        value = format("opensearch-audit-%s", target.domain_name)
        keep  = true
      }

      policy_document = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
          Principal = { Service = "es.amazonaws.com" }
          Resource  = "${companion("aws_cloudwatch_log_group").arn}:*"
        }]
      })
    }
  }

  set "log_publishing_options.log_type" {
    value   = "AUDIT_LOGS"
    present = true
    when    = companion("aws_cloudwatch_log_group") != null
  }

  block "log_publishing_options" {
    matching = block.log_type == "AUDIT_LOGS"
    body {
      set "cloudwatch_log_group_arn" {
        value = param.log_group_arn
        keep  = true
      }
      set "enabled" {
        value = true
      }
      log_type = "AUDIT_LOGS"
    }
  }

  refuse {
    when = try(resource.type == "aws_elasticsearch_domain" && (target.elasticsearch_version == null || matches(tostring(target.elasticsearch_version), "^([1-5]|6[.][0-6])([.]|$)")) || resource.type == "aws_opensearch_domain" && matches(target.engine_version, "^Elasticsearch_([1-5]|6[.][0-6])([.]|$)"), false)
    note = "Elasticsearch before 6.7 has no audit logs. Upgrade the domain first. Without `elasticsearch_version` the domain is made with 1.5."
  }

  refuse {
    when = target.advanced_security_options.enabled != true && (try(target.cluster_config != null && target.cluster_config.instance_type == null, false) || try(matches(target.cluster_config.instance_type, "^(t2|m3|r3)[.]"), false))
    note = "Audit logs need fine-grained access control, which t2, m3 and r3 instances cannot have. Choose a newer type first; without `instance_type` the provider takes m3.medium."
  }

  applicability {
    level = "review"
    note  = "Audit logs must be switched on in the domain's own settings as well. Where fine-grained access control comes with them, requests without a user or role that is known to the domain are refused, and encryption starts a blue/green deployment."
    cost  = "Log ingestion and storage are billed."
  }

  example "no logs" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit"
          enabled                  = true
          log_type                 = "AUDIT_LOGS"
        }
      }
    EOT
  }

  example "a log group of its own" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search_audit.arn
          log_type                 = "AUDIT_LOGS"
          enabled                  = true
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "search_audit" {
        policy_name = "opensearch-audit-search"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
            Principal = { Service = "es.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.search_audit.arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "search_audit" {
        name              = "/aws/opensearch/search/audit"
        retention_in_days = 365
      }
    EOT
  }

  example "other logs, and nobody has given the log group yet" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.slow.arn
          log_type                 = "INDEX_SLOW_LOGS"
        }
      }
    EOT
    refused = true
  }

  example "slow queries only" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.slow.arn
          log_type                 = "SEARCH_SLOW_LOGS"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.slow.arn
          log_type                 = "SEARCH_SLOW_LOGS"
        }

        log_publishing_options {
          cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit"
          enabled                  = true
          log_type                 = "AUDIT_LOGS"
        }
      }
    EOT
  }

  example "logged already" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit" }

    before    = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.audit.arn
          enabled                  = true
          log_type                 = "AUDIT_LOGS"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        for_each    = toset(var.names)
        domain_name = each.key

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        for_each    = toset(var.names)
        domain_name = each.key

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit"
          enabled                  = true
          log_type                 = "AUDIT_LOGS"
        }
      }
    EOT
  }

  example "without fine-grained access control, and somebody is named to administer it" {
    params = {
      log_group_arn   = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit"
      master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
    }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "OpenSearch_2.11"

        node_to_node_encryption {
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "OpenSearch_2.11"

        node_to_node_encryption {
          enabled = true # decided in 2019
        }

        encrypt_at_rest {
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

        log_publishing_options {
          cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit"
          enabled                  = true
          log_type                 = "AUDIT_LOGS"
        }
      }
    EOT
  }

  example "without fine-grained access control" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit" }

    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    refused = true
  }

  example "without fine-grained access control, which names a master user already" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled = false

          master_user_options {
            master_user_name     = "admin"
            master_user_password = var.password
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

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

        log_publishing_options {
          cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search/audit"
          enabled                  = true
          log_type                 = "AUDIT_LOGS"
        }
      }
    EOT
  }

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        advanced_security_options {
          enabled                        = true
          internal_user_database_enabled = true
        }

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search_audit.arn
          log_type                 = "AUDIT_LOGS"
          enabled                  = true
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "search_audit" {
        policy_name = "opensearch-audit-search"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
            Principal = { Service = "es.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.search_audit.arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "search_audit" {
        name              = "/aws/opensearch/search/audit"
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
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

  example "instances without fine-grained access control" {
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
