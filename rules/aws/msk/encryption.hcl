rule "aws/msk/encryption" {
  title    = "Encrypt a Kafka cluster's traffic between brokers and with clients"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Records of every system pass through the brokers. In plaintext anyone in the
    network reads them and, without knowing a password, listens along.
  EOT

  references = [
    "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/msk_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_81"]
    trivy        = ["AWS-0073"]
    tfsec        = ["aws-msk-enable-in-transit-encryption"]
    kics         = ["6db52fa6-d4da-4608-908a-89f0c59e743e"]
    security_hub = ["MSK.1"]
    prowler      = ["kafka_cluster_in_transit_encryption_enabled"]
  }

  target {
    resource = "aws_msk_cluster"
  }

  block "encryption_info" {
    body {
      encryption_in_transit {
        client_broker = "TLS"
        in_cluster    = true
      }
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Clients must speak TLS; encryption between brokers can only be set when the cluster is created."
    replacement = "A change of `in_cluster` destroys the cluster and creates it anew."
    data_loss   = "Records in the topics, if the cluster is replaced."

    runbook = <<-EOT
      1. Move clients to the TLS port first.
      2. Look at the plan. If it replaces the cluster, create the new one beside it and copy topics with MirrorMaker.
      3. Apply in an agreed window.
    EOT
  }

  example "not mentioned" {
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

        encryption_info {
          encryption_in_transit {
            client_broker = "TLS"
            in_cluster    = true
          }
        }
      }
    EOT
  }

  example "plaintext let in" {
    before = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        encryption_info {
          encryption_at_rest_kms_key_arn = aws_kms_key.events.arn

          encryption_in_transit {
            client_broker = "TLS_PLAINTEXT"
            in_cluster    = false
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        encryption_info {
          encryption_at_rest_kms_key_arn = aws_kms_key.events.arn

          encryption_in_transit {
            client_broker = "TLS"
            in_cluster    = true
          }
        }
      }
    EOT
  }

  example "already encrypted" {
    before    = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        encryption_info {
          encryption_in_transit {
            client_broker = "TLS"
            in_cluster    = true
          }
        }
      }
    EOT
    unchanged = true
  }
}
