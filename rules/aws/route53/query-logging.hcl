rule "aws/route53/query-logging" {
  title    = "Log the queries for a public zone"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The queries show who looks for which names, among them probes for forgotten
    hosts and names that malware asks for. Without the log nobody sees either.
  EOT

  references = [
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone",
  ]

  aliases {
    checkov      = ["CKV2_AWS_39"]
    kics         = ["7dbba512-e244-42dc-98bb-422339827967"]
    security_hub = ["Route53.2"]
    prowler      = ["route53_public_hosted_zones_cloudwatch_logging_enabled"]
  }

  target {
    resource = "aws_route53_zone"
    when     = target.vpc == null
  }

  param "query_log_group_arn" {
    type        = "expression"
    default     = null
    description = "CloudWatch log group in us-east-1 whose resource policy lets route53.amazonaws.com write: an ARN or a reference. Null means a log group of its own, written beside the zone."
  }

  # Route 53 writes to log groups in us-east-1 only; from version 6 on a resource can say its region.
  companion "aws_cloudwatch_log_group" {
    link            = "name"
    link_attributes = ["name"]
    name            = format("%s_queries", resource.name)
    when            = param.query_log_group_arn == null && !linked("aws_route53_query_log", "zone_id")

    body {
      name              = format("/aws/route53/%s", target.zone_id)
      region            = "us-east-1"
      retention_in_days = 365
    }
  }

  companion "aws_cloudwatch_log_resource_policy" {
    link    = "policy_document"
    link_to = "aws_cloudwatch_log_group"
    name    = format("%s_queries", resource.name)
    when    = param.query_log_group_arn == null && !linked("aws_route53_query_log", "zone_id")

    body {
      set "policy_name" {
        value = format("route53-%s", target.zone_id)
        keep  = true
      }
      region      = "us-east-1"

      policy_document = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Principal = { Service = "route53.amazonaws.com" }
          Resource  = "${companion("aws_cloudwatch_log_group").arn}:*"
        }]
      })
    }
  }

  companion "aws_route53_query_log" {
    link            = "zone_id"
    link_attributes = ["zone_id", "id"]

    body {
      set "cloudwatch_log_group_arn" {
        value = param.query_log_group_arn != null ? param.query_log_group_arn : companion("aws_cloudwatch_log_group").arn
        keep  = true
      }
      zone_id = target.zone_id
    }
  }

  refuse {
    when = param.query_log_group_arn == null && !provider_at_least("6.0")
    note = "The log group must stand in us-east-1, which a resource can say from version 6.0 of the provider on, and this module is not known to use that. Give one with `query_log_group_arn`."
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "not logged" {
    params = { query_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/acme.example" }

    before = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_query_log" "main" {
        cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/acme.example"
        zone_id                  = aws_route53_zone.main.zone_id
      }
    EOT
  }

  example "a log group of its own" {
    before = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_query_log" "main" {
        cloudwatch_log_group_arn = aws_cloudwatch_log_group.main_queries.arn
        zone_id                  = aws_route53_zone.main.zone_id
      }

      resource "aws_cloudwatch_log_resource_policy" "main_queries" {
        policy_name = "route53-${aws_route53_zone.main.zone_id}"
        region      = "us-east-1"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Principal = { Service = "route53.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.main_queries.arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_queries" {
        name              = "/aws/route53/${aws_route53_zone.main.zone_id}"
        region            = "us-east-1"
        retention_in_days = 365
      }
    EOT
  }

  example "a log group of its own for each name" {
    before = <<-EOT
      resource "aws_route53_zone" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_route53_query_log" "main" {
        for_each = toset(var.names)

        cloudwatch_log_group_arn = aws_cloudwatch_log_group.main_queries[each.key].arn
        zone_id                  = aws_route53_zone.main[each.key].zone_id
      }

      resource "aws_cloudwatch_log_resource_policy" "main_queries" {
        for_each = toset(var.names)

        policy_name = "route53-${aws_route53_zone.main[each.key].zone_id}"
        region      = "us-east-1"

        policy_document = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Principal = { Service = "route53.amazonaws.com" }
            Resource  = "${aws_cloudwatch_log_group.main_queries[each.key].arn}:*"
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_queries" {
        for_each = toset(var.names)

        name              = "/aws/route53/${aws_route53_zone.main[each.key].zone_id}"
        region            = "us-east-1"
        retention_in_days = 365
      }
    EOT
  }

  example "an older provider, and no log group is given" {
    before = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 5.0"
          }
        }
      }

      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }
    EOT
    refused = true
  }

  example "a private zone" {
    params = { query_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/acme.example" }

    before    = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.internal"

        vpc {
          vpc_id = aws_vpc.main.id
        }
      }
    EOT
    unchanged = true
  }

  example "logged already" {
    params = { query_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/acme.example" }

    before    = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_query_log" "main" {
        cloudwatch_log_group_arn = aws_cloudwatch_log_group.dns.arn
        zone_id                  = aws_route53_zone.main.zone_id
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { query_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/acme.example" }

    before = <<-EOT
      resource "aws_route53_zone" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_route53_query_log" "main" {
        for_each = toset(var.names)

        cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/acme.example"
        zone_id                  = aws_route53_zone.main[each.key].zone_id
      }
    EOT
  }
}
