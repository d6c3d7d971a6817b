rule "aws/elasticache/replication-group-key" {
  title    = "Encrypt a replication group with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Sessions and query results in a cache are as sensitive as where they come
    from. A customer managed key lets the owner log and end access to what is
    written to disk for backup and swap.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group",
  ]

  aliases {
    checkov = ["CKV_AWS_191"]
  }

  target {
    resource = "aws_elasticache_replication_group"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "at_rest_encryption_enabled" {
    value = true
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/elasticache/aws" {
    version = ">= 1.0"

    set "at_rest_encryption_enabled" {
      value   = true
      default = true
    }

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the replication group; the cache starts empty."
    replacement = true
    data_loss   = "Whatever the cache alone holds is gone."
    downtime    = "Until the new group is there and clients have its endpoint."

    runbook = <<-EOT
      1. Take a backup of the replication group, if its content matters, and name it in `snapshot_name`.
      2. Agree on a window: the endpoint changes, and databases behind the cache take the load until it is warm.
      3. Apply, let clients reconnect, watch the hit rate.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        description          = var.description
        replication_group_id = var.replication_group_id
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        description                = var.description
        replication_group_id       = var.replication_group_id
        at_rest_encryption_enabled = true
        kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        description                = var.description
        replication_group_id       = var.replication_group_id
        at_rest_encryption_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        description                = var.description
        replication_group_id       = var.replication_group_id
        at_rest_encryption_enabled = true
        kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        description                = var.description
        replication_group_id       = var.replication_group_id
        at_rest_encryption_enabled = true
        kms_key_id                 = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        for_each             = toset(var.names)
        description          = var.description
        replication_group_id = var.replication_group_id
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        for_each                   = toset(var.names)
        description                = var.description
        replication_group_id       = var.replication_group_id
        at_rest_encryption_enabled = true
        kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        description          = var.description
        replication_group_id = var.replication_group_id
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/elasticache ~> 1.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"

        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
