rule "aws/opensearch/logs" {
  title    = "Let a search domain write its log"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Errors, slow queries and failed requests are seen nowhere else. Without a log
    an attack on the domain and a plain fault look the same: like nothing.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_84"]
    trivy        = ["AWS-0042"]
    tfsec        = ["aws-elastic-search-enable-domain-logging"]
    kics         = ["acb6b4e2-a086-4f35-aefd-4db6ea51ada2"]
    security_hub = ["Opensearch.4", "ES.4"]
  }

  target {
    resource = ["aws_opensearch_domain", "aws_elasticsearch_domain"]
  }

  param "log_group_arn" {
    type        = "expression"
    default     = null
    description = "CloudWatch log group whose resource policy lets the service write: an ARN or a reference. Null means a log group of its own, written beside the domain."
  }
  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  set "log_publishing_options.cloudwatch_log_group_arn" {
    value   = param.log_group_arn
    present = true
    when    = param.log_group_arn != null
  }

  companion "aws_cloudwatch_log_group" {
    referenced_by = "log_publishing_options.cloudwatch_log_group_arn"
    attribute     = "arn"
    name          = format("%s_logs", resource.name)
    when          = param.log_group_arn == null

    body {
      name              = format("/aws/opensearch/%s/application", target.domain_name)
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
    name    = format("%s_logs", resource.name)
    when    = param.log_group_arn == null

    body {
      set "policy_name" {
        value = format("opensearch-%s", target.domain_name)
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
    value   = "ES_APPLICATION_LOGS"
    present = true
  }

  set "log_publishing_options[*].enabled" {
    value   = true
    default = true
  }

  refuse {
    when = target.log_publishing_options == null && try(resource.type == "aws_elasticsearch_domain" && (target.elasticsearch_version == null || matches(tostring(target.elasticsearch_version), "^([1-4]|5[.]0)([.]|$)")) || resource.type == "aws_opensearch_domain" && matches(target.engine_version, "^Elasticsearch_([1-4]|5[.]0)([.]|$)"), false)
    note = "Elasticsearch before 5.1 publishes no error logs. Upgrade the domain first. Without `elasticsearch_version` the domain is made with 1.5."
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "no logs" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search_logs.arn
          log_type                 = "ES_APPLICATION_LOGS"
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "search_logs" {
        policy_name = "opensearch-search"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
            Principal = { Service = "es.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.search_logs.arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "search_logs" {
        name              = "/aws/opensearch/search/application"
        retention_in_days = 365
      }
    EOT
  }

  example "the older resource" {
    before = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "7.10"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "7.10"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search_logs.arn
          log_type                 = "ES_APPLICATION_LOGS"
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "search_logs" {
        policy_name = "opensearch-search"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
            Principal = { Service = "es.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.search_logs.arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "search_logs" {
        name              = "/aws/opensearch/search/application"
        retention_in_days = 365
      }
    EOT
  }

  example "a log that is switched off" {
    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
          log_type                 = "INDEX_SLOW_LOGS"
          enabled                  = false # too loud
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
          log_type                 = "INDEX_SLOW_LOGS"
          enabled                  = true # too loud
        }
      }
    EOT
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
          log_type                 = "ES_APPLICATION_LOGS"
        }
      }
    EOT
    unchanged = true
  }

  example "with the organisation's log group" {
    params = { log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/search"
          log_type                 = "ES_APPLICATION_LOGS"
        }
      }
    EOT
  }

  example "switched off by a variable" {
    before = <<-EOT
      variable "logs" {
        type    = bool
        default = false
      }

      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
          log_type                 = "INDEX_SLOW_LOGS"
          enabled                  = var.logs
        }
      }
    EOT
    after  = <<-EOT
      variable "logs" {
        type    = bool
        default = true
      }

      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
          log_type                 = "INDEX_SLOW_LOGS"
          enabled                  = var.logs
        }
      }
    EOT
  }

  example "switched by a variable that nobody sets" {
    before = <<-EOT
      variable "logs" {
        type = bool
      }

      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
          log_type                 = "INDEX_SLOW_LOGS"
          enabled                  = var.logs
        }
      }
    EOT
    refused = true
  }

  example "one for each name" {
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

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search_logs[each.key].arn
          log_type                 = "ES_APPLICATION_LOGS"
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "search_logs" {
        for_each = toset(var.names)

        policy_name = "opensearch-${aws_opensearch_domain.search[each.key].domain_name}"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
            Principal = { Service = "es.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.search_logs[each.key].arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "search_logs" {
        for_each = toset(var.names)

        name              = "/aws/opensearch/${each.key}/application"
        retention_in_days = 365
      }
    EOT
  }

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name = "search"

        log_publishing_options {
          cloudwatch_log_group_arn = aws_cloudwatch_log_group.search_logs.arn
          log_type                 = "ES_APPLICATION_LOGS"
        }
      }

      resource "aws_cloudwatch_log_resource_policy" "search_logs" {
        policy_name = "opensearch-search"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"]
            Principal = { Service = "es.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.search_logs.arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "search_logs" {
        name              = "/aws/opensearch/search/application"
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
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
}
