rule "aws/networkfirewall/logging" {
  title    = "Log what a network firewall stops"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without the log nobody sees what was stopped and what was let through, and
    nobody notices when a rule does not do what it was written for.
  EOT

  references = [
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/networkfirewall_logging_configuration",
  ]

  aliases {
    checkov      = ["CKV2_AWS_63"]
    security_hub = ["NetworkFirewall.2"]
    prowler      = ["networkfirewall_logging_enabled"]
  }

  target {
    resource = "aws_networkfirewall_firewall"
  }

  param "firewall_log_group" {
    type        = "expression"
    default     = null
    description = "CloudWatch log group for alerts: its name or a reference. Null means a log group of its own, written beside the firewall."
  }
  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  companion "aws_cloudwatch_log_group" {
    link            = "name"
    link_attributes = ["id"]
    name            = format("%s_alerts", resource.name)
    when            = param.firewall_log_group == null && !linked("aws_networkfirewall_logging_configuration", "firewall_arn")

    body {
      name              = target.name
      retention_in_days = 365
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
        when  = param.kms_key != null
      }
    }
  }

  companion "aws_networkfirewall_logging_configuration" {
    link            = "firewall_arn"
    link_attributes = ["arn", "id"]

    body {
      firewall_arn = target.arn

      block "logging_configuration" {
        body {
          block "log_destination_config" {
            body {
              set "log_destination" {
                value = { logGroup = param.firewall_log_group != null ? param.firewall_log_group : companion("aws_cloudwatch_log_group").name }
                keep  = true
              }
              set "log_destination_type" {
                value = "CloudWatchLogs"
                keep  = true
              }
              set "log_type" {
                value = "ALERT"
                keep  = true
              }
            }
          }
        }
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "no log" {
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
            log_destination      = { logGroup = aws_cloudwatch_log_group.main_alerts.name }
            log_destination_type = "CloudWatchLogs"
            log_type             = "ALERT"
          }
        }
      }

      resource "aws_cloudwatch_log_group" "main_alerts" {
        name              = aws_networkfirewall_firewall.main.name
        retention_in_days = 365
      }
    EOT
  }

  example "the organisation's log group" {
    params = { firewall_log_group = "acme-firewall" }

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
            log_destination      = { logGroup = "acme-firewall" }
            log_destination_type = "CloudWatchLogs"
            log_type             = "ALERT"
          }
        }
      }
    EOT
  }

  example "already logged" {
    address = "aws_networkfirewall_firewall.main"

    before   = <<-EOT
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
              bucketName = aws_s3_bucket.logs.id
            }
            log_destination_type = "S3"
            log_type             = "FLOW"
          }
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.names)
        name                = each.key
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.names)
        name                = each.key
        firewall_policy_arn = aws_networkfirewall_firewall_policy.main.arn
        vpc_id              = aws_vpc.main.id

        subnet_mapping {
          subnet_id = aws_subnet.main.id
        }
      }

      resource "aws_networkfirewall_logging_configuration" "main" {
        for_each = toset(var.names)

        firewall_arn = aws_networkfirewall_firewall.main[each.key].arn

        logging_configuration {
          log_destination_config {
            log_destination      = { logGroup = aws_cloudwatch_log_group.main_alerts[each.key].name }
            log_destination_type = "CloudWatchLogs"
            log_type             = "ALERT"
          }
        }
      }

      resource "aws_cloudwatch_log_group" "main_alerts" {
        for_each = toset(var.names)

        name              = aws_networkfirewall_firewall.main[each.key].name
        retention_in_days = 365
      }
    EOT
  }

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
            log_destination      = { logGroup = aws_cloudwatch_log_group.main_alerts.name }
            log_destination_type = "CloudWatchLogs"
            log_type             = "ALERT"
          }
        }
      }

      resource "aws_cloudwatch_log_group" "main_alerts" {
        name              = aws_networkfirewall_firewall.main.name
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
