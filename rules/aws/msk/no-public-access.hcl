rule "aws/msk/no-public-access" {
  title    = "Keep Kafka brokers off the public internet"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Public brokers can be reached by anyone who wants to try credentials or a
    flaw of Kafka, and a topic that allows everyone allows the world.
  EOT

  references = [
    "https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/msk_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_291"]
    kics         = ["54378d69-dd7c-4b08-a43e-80d563396857"]
    security_hub = ["MSK.4"]
    prowler      = ["kafka_cluster_is_public"]
  }

  target {
    resource = "aws_msk_cluster"
  }

  set "broker_node_group_info.connectivity_info.public_access.type" {
    value         = "DISABLED"
    default       = "DISABLED"
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Clients outside the VPC lose their connection; they need a VPN, a peering or PrivateLink."
  }

  example "public" {
    before = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        broker_node_group_info {
          instance_type   = "kafka.m5.large"
          client_subnets  = var.subnets
          security_groups = [aws_security_group.kafka.id]

          connectivity_info {
            public_access {
              type = "SERVICE_PROVIDED_EIPS"
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

        broker_node_group_info {
          instance_type   = "kafka.m5.large"
          client_subnets  = var.subnets
          security_groups = [aws_security_group.kafka.id]

          connectivity_info {
            public_access {
              type = "DISABLED"
            }
          }
        }
      }
    EOT
  }

  example "private by default" {
    before    = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        broker_node_group_info {
          instance_type   = "kafka.m5.large"
          client_subnets  = var.subnets
          security_groups = [aws_security_group.kafka.id]
        }
      }
    EOT
    unchanged = true
  }
}
