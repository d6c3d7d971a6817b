rule "aws/rds/cluster-storage-encryption" {
  title    = "Encrypt the storage of a database cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Encryption at rest covers the cluster's volume, its backups and snapshots.
    It is off unless asked for, and can only be asked for when the cluster is
    created.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_96"]
    kics         = ["1a690d1d-0ae7-49fa-b2db-b75ae0dd1d3e", "3199c26c-7871-4cb3-99c2-10a59244ce7f"]
    terrascan    = ["AC_AWS_0186"]
    prowler      = ["rds_cluster_storage_encrypted"]
    security_hub = ["RDS.27"]
  }

  target {
    resource = "aws_rds_cluster"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an ARN or a reference. Null means the AWS managed key aws/rds."
  }

  # The key goes with the switch: to give one to a cluster that is encrypted already would replace it. Asked for first, while
  # the switch is still what it was.
  set "kms_key_id" {
    value   = param.kms_key
    present = true
    when    = param.kms_key != null && target.engine_mode != "serverless" && target.storage_encrypted != true
  }

  set "storage_encrypted" {
    value = true
    when  = target.engine_mode != "serverless"
  }

  module "terraform-aws-modules/rds-aurora/aws" {
    version = ">= 7.0"

    # The module encrypts unless told not to.
    set "kms_key_id" {
      value   = param.kms_key
      present = true
      when    = param.kms_key != null && target.storage_encrypted == false
    }

    set "storage_encrypted" {
      value   = true
      default = true
    }

    refuse {
      when = target.snapshot_identifier != null
      note = "The cluster is restored from a snapshot, or may be, and then the snapshot's encryption decides. Copy the snapshot with encryption first."
    }
  }

  module "cloudposse/rds-cluster/aws" {
    version = ">= 0.26"

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
      when    = param.kms_key != null && target.storage_encrypted != true
    }

    set "storage_encrypted" {
      value = true
    }

    refuse {
      when = target.snapshot_identifier != null
      note = "The cluster is restored from a snapshot, or may be, and then the snapshot's encryption decides. Copy the snapshot with encryption first."
    }
  }

  refuse {
    when = target.snapshot_identifier != null
    note = "The cluster is restored from a snapshot, or may be, and then the snapshot's encryption decides. Copy the snapshot with encryption first."
  }
  refuse {
    when = target.replication_source_identifier != null
    note = "The cluster is a replica, or may be, and a replica takes its encryption from its source. Encrypt the source."
  }

  applicability {
    level       = "disruptive"
    note        = "AWS cannot encrypt an existing cluster in place. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the restored cluster takes traffic."

    runbook = <<-EOT
      1. Merge only in an agreed window; review `deletion_protection` and the final snapshot.
      2. Stop writers, then take a cluster snapshot.
      3. Restore with encryption: add `snapshot_identifier` and the key to this branch, so that the new cluster is not empty.
      4. Apply, compare row counts, start the writers.
    EOT
  }

  example "storage encrypted not mentioned" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
      }
    EOT
  }

  example "storage encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        engine             = "aurora-postgresql"
        storage_encrypted  = true
      }
    EOT
  }

  example "restored from a snapshot" {
    before  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier  = "orders"
        engine              = "aurora-postgresql"
        snapshot_identifier = var.snapshot
      }
    EOT
    refused = true
  }

  example "a replica of another cluster" {
    before  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier            = "orders"
        engine                        = "aurora-postgresql"
        replication_source_identifier = var.source_cluster
      }
    EOT
    refused = true
  }

  example "a serverless cluster, always encrypted" {
    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        engine_mode        = "serverless"
      }
    EOT
    unchanged = true
  }

  example "with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        storage_encrypted  = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        storage_encrypted = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        storage_encrypted = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0 with snapshot_identifier" {
    before  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        storage_encrypted   = false
        snapshot_identifier = "acme-final"
      }
    EOT
    refused = true
  }

  example "the published module cloudposse/rds-cluster 1.11.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"

        storage_encrypted = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"

        storage_encrypted = true
      }
    EOT
  }

  example "the published module cloudposse/rds-cluster 1.11.0 with snapshot_identifier" {
    before  = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"

        snapshot_identifier = "acme-final"
      }
    EOT
    refused = true
  }

  example "already encrypted with the key of AWS, where the organisation has its own" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
        storage_encrypted  = true
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0, encrypted already" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/rds-aurora ~> 9.0 with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds-aurora/aws"
        version = "~> 9.0"

        storage_encrypted = false
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

  example "the published module cloudposse/rds-cluster 1.11.0, encrypted already" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      module "main" {
        source  = "cloudposse/rds-cluster/aws"
        version = "1.11.0"

        storage_encrypted = true
      }
    EOT
    unchanged = true
  }
}
