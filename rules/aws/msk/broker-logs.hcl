rule "aws/msk/broker-logs" {
  title    = "Keep the logs of Kafka brokers"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Failed sign-ins, refused clients and dying brokers show in the brokers'
    logs, which nobody can reach unless they are sent somewhere.
  EOT

  references = [
    "https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/msk_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_80"]
    trivy   = ["AWS-0074"]
    tfsec   = ["aws-msk-enable-logging"]
    kics    = ["2f56b7ab-7fba-4e93-82f0-247e5ddeb239"]
  }

  target {
    resource = "aws_msk_cluster"
  }

  param "log_group_name" {
    type        = "expression"
    required    = true
    description = "CloudWatch log group for the brokers' logs: a name or a reference such as aws_cloudwatch_log_group.kafka.name."
  }

  block "logging_info.broker_logs.cloudwatch_logs" {
    body {
      enabled = true
      set "log_group" {
        value = param.log_group_name
        keep  = true
      }
    }
    when = target.logging_info.broker_logs.s3.enabled != true && target.logging_info.broker_logs.firehose.enabled != true
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "no logs" {
    params = { log_group_name = "/kafka/events" }

    before = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3
      }
    EOT
    after  = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        logging_info {
          broker_logs {
            cloudwatch_logs {
              enabled   = true
              log_group = "/kafka/events"
            }
          }
        }
      }
    EOT
  }

  example "nobody has given the log group yet" {
    before  = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3
      }
    EOT
    refused = true
  }

  example "logs go to a bucket already" {
    params = { log_group_name = "/kafka/events" }

    before    = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        logging_info {
          broker_logs {
            s3 {
              enabled = true
              bucket  = aws_s3_bucket.logs.id
            }
          }
        }
      }
    EOT
    unchanged = true
  }

  example "switched off" {
    params = { log_group_name = "/kafka/events" }

    before = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        logging_info {
          broker_logs {
            cloudwatch_logs {
              enabled = false
            }
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        logging_info {
          broker_logs {
            cloudwatch_logs {
              enabled   = true
              log_group = "/kafka/events"
            }
          }
        }
      }
    EOT
  }

  example "already on" {
    params = { log_group_name = "/kafka/events" }

    before    = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        logging_info {
          broker_logs {
            cloudwatch_logs {
              enabled   = true
              log_group = aws_cloudwatch_log_group.kafka.name
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
