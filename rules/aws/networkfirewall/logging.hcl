rule "aws/networkfirewall/logging" {
  title    = "Log what a network firewall sees"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Alerts and flows are how an attack is noticed and traced. A firewall without
    logs stops traffic and tells nobody.
  EOT

  references = [
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/networkfirewall_logging_configuration",
  ]

  aliases {
    checkov      = ["CKV2_AWS_63"]
    security_hub = ["NetworkFirewall.2"]
  }

  target {
    resource = "aws_networkfirewall_firewall"
  }

  param "log_bucket" {
    type        = "expression"
    required    = true
    description = "Bucket for the logs, whose policy lets log delivery write to it: a name or a reference such as aws_s3_bucket.logs.id."
  }

  companion "aws_networkfirewall_logging_configuration" {
    link            = "firewall_arn"
    link_attributes = ["arn", "id"]

    body {
      firewall_arn = target.arn

      logging_configuration {
        log_destination_config {
          log_destination = {
            bucketName = param.log_bucket
          }
          log_destination_type = "S3"
          log_type             = "ALERT"
        }

        log_destination_config {
          log_destination = {
            bucketName = param.log_bucket
          }
          log_destination_type = "S3"
          log_type             = "FLOW"
        }
      }
    }
    when = !linked("aws_networkfirewall_logging_configuration", "firewall_arn")
  }

  applicability {
    level = "safe"
    cost  = "Stored logs are billed by S3."
  }

  example "no logs" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }

      resource "aws_networkfirewall_logging_configuration" "main" {
        firewall_arn = aws_networkfirewall_firewall.main.arn

        logging_configuration {
          log_destination_config {
            log_destination = {
              bucketName = "acme-logs"
            }
            log_destination_type = "S3"
            log_type             = "ALERT"
          }

          log_destination_config {
            log_destination = {
              bucketName = "acme-logs"
            }
            log_destination_type = "S3"
            log_type             = "FLOW"
          }
        }
      }
    EOT
  }

  example "one for each zone" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.zones)
        name                = "main"
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.zones)
        name                = "main"
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }

      resource "aws_networkfirewall_logging_configuration" "main" {
        for_each = toset(var.zones)

        firewall_arn = aws_networkfirewall_firewall.main[each.key].arn

        logging_configuration {
          log_destination_config {
            log_destination = {
              bucketName = "acme-logs"
            }
            log_destination_type = "S3"
            log_type             = "ALERT"
          }

          log_destination_config {
            log_destination = {
              bucketName = "acme-logs"
            }
            log_destination_type = "S3"
            log_type             = "FLOW"
          }
        }
      }
    EOT
  }

  example "nobody has said where to" {
    before  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }
    EOT
    refused = true
  }

  example "a configuration elsewhere in the module" {
    before    = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }

      resource "aws_networkfirewall_logging_configuration" "main" {
        firewall_arn = aws_networkfirewall_firewall.main.arn

        logging_configuration {
          log_destination_config {
            log_destination = {
              logGroup = aws_cloudwatch_log_group.main.name
            }
            log_destination_type = "CloudWatchLogs"
            log_type             = "ALERT"
          }
        }
      }
    EOT
    unchanged = true
  }
}
