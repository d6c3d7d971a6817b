rule "aws/rds/cluster-key" {
  title    = "Encrypt an RDS cluster with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The default key encrypts every database of the account alike and cannot be
    shared or disabled. A key of one's own separates this data from all other.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_327"]
    trivy   = ["AWS-0079"]
  }

  target {
    resource = "aws_rds_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "storage_encrypted" {
    value = true
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    set "storage_encrypted" {
      value = true
    }

    set "kms_key_id" {
      value   = param.kms_key
      present = true
    }
  }

  module "cloudposse/rds-cluster/aws" {
    version = ">= 0.26"

    set "storage_encrypted" {
      value = true
    }

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
    }
  }

  refuse {
    when = target.snapshot_identifier != null && target.storage_encrypted != true
    note = "The cluster is restored from a snapshot, or may be. Copy the snapshot with the key first, or the restored cluster keeps the snapshot's encryption."
  }
  refuse {
    when = target.replication_source_identifier != null
    note = "The cluster is a replica, or may be, and a replica takes its encryption from its source. Encrypt the source."
  }

  applicability {
    level       = "disruptive"
    note        = "An existing cluster cannot change its key. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the restored cluster takes traffic."

    runbook = <<-EOT
      1. Merge only in an agreed window; review `deletion_protection` and the final snapshot.
      2. Stop writers, take a cluster snapshot and copy it with the new key.
      3. Add `snapshot_identifier` with that copy to this branch, so that the new cluster is restored and not empty.
      4. Apply, compare row counts, start the writers.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier = "main"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier = "main"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier = "main"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier = "main"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier = "main"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
        kms_key_id         = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_rds_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-postgresql"
        storage_encrypted  = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier = "main"
        engine             = "aurora-postgresql"
      }
    EOT
    refused = true
  }

  example "restored from a snapshot" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier  = "main"
        engine              = "aurora-postgresql"
        snapshot_identifier = var.snapshot
      }
    EOT
    refused = true
  }

  example "a replica of another cluster" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_rds_cluster" "main" {
        cluster_identifier            = "main"
        engine                        = "aurora-postgresql"
        replication_source_identifier = var.source_cluster
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        storage_encrypted = true
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "the published module cloudposse/rds-cluster 1.11.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"

        storage_encrypted = true
        kms_key_arn       = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
