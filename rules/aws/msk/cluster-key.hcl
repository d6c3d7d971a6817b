rule "aws/msk/cluster-key" {
  title    = "Encrypt a Kafka cluster's storage with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Kafka keeps every record on disk for as long as its topic says, encrypted
    with a key of AWS. A customer managed key lets its owner log each use and
    end access.
  EOT

  references = [
    "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/msk_cluster#encryption_info-argument-reference",
  ]

  aliases {
    trivy = ["AWS-0179"]
    tfsec = ["aws-msk-enable-at-rest-encryption"]
  }

  target {
    resource = "aws_msk_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encryption_info.encryption_at_rest_kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "The key can only be chosen when the cluster is created: Terraform will plan to replace the cluster."
    replacement = true
    data_loss   = "Records in the topics."
    downtime    = "Until the new cluster is there and clients have its brokers' names."

    runbook = <<-EOT
      1. Create the new cluster beside the old one and copy topics with MirrorMaker.
      2. Move producers and consumers in an agreed window.
      3. Remove the old cluster.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
          encryption_at_rest_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given a key yet" {
    before  = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3
      }
    EOT
    refused = true
  }

  example "beside the encryption of traffic" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_msk_cluster" "main" {
        for_each               = toset(var.names)
        cluster_name           = each.key
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        encryption_info {
          encryption_in_transit {
            client_broker = "TLS"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_msk_cluster" "main" {
        for_each               = toset(var.names)
        cluster_name           = each.key
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        encryption_info {
          encryption_at_rest_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

          encryption_in_transit {
            client_broker = "TLS"
          }
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_msk_cluster" "main" {
        cluster_name           = "events"
        kafka_version          = "3.6.0"
        number_of_broker_nodes = 3

        encryption_info {
          encryption_at_rest_kms_key_arn = aws_kms_key.events.arn
        }
      }
    EOT
    unchanged = true
  }
}
