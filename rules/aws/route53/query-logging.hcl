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
    security_hub = ["Route53.2"]
  }

  target {
    resource = "aws_route53_zone"
    when     = target.vpc == null
  }

  param "query_log_group_arn" {
    type        = "expression"
    required    = true
    description = "CloudWatch log group in us-east-1 whose resource policy lets route53.amazonaws.com write: an ARN or a reference."
  }

  companion "aws_route53_query_log" {
    link            = "zone_id"
    link_attributes = ["zone_id", "id"]

    body {
      set "cloudwatch_log_group_arn" {
        value = param.query_log_group_arn
        keep  = true
      }
      zone_id = target.zone_id
    }
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

  example "nobody has given the log group yet" {
    before  = <<-EOT
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
