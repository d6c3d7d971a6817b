rule "aws/elasticache/at-rest-encryption" {
  title    = "Encrypt what a replication group writes to disk"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Backups, swap and synchronisation write the cache's content to disk.
    Encryption keeps it unreadable there; it can only be asked for when the
    group is created.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group",
  ]

  aliases {
    checkov      = ["CKV_AWS_29"]
    trivy        = ["AWS-0045"]
    tfsec        = ["aws-elasticache-enable-at-rest-encryption"]
    kics         = ["76976de7-c7b1-4f64-a94f-90c1345914c2"]
    terrascan    = ["AC_AWS_0466"]
    snyk         = ["SNYK-CC-TF-71"]
    security_hub = ["ElastiCache.4"]
    prowler      = ["elasticache_redis_cluster_rest_encryption_enabled"]
  }

  target {
    resource = "aws_elasticache_replication_group"
  }

  set "at_rest_encryption_enabled" {
    value = true
  }

  module "terraform-aws-modules/elasticache/aws" {
    version = ">= 1.0"

    set "at_rest_encryption_enabled" {
      value   = true
      default = true
    }
  }

  module "cloudposse/elasticache-redis/aws" {
    version = ">= 0.20"

    set "at_rest_encryption_enabled" {
      value = true
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the group; the cache starts empty."
    replacement = true
    data_loss   = "Whatever the cache alone holds is gone."
    downtime    = "Until the new group is there and clients have its endpoint."

    runbook = <<-EOT
      1. Take a backup, if the content matters, and name it in `snapshot_name`.
      2. Agree on a window: databases behind the cache take the load until it is warm.
      3. Apply, let clients reconnect, watch the hit rate.
    EOT
  }

  example "at rest encryption enabled not mentioned" {
    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id = "sessions"
        description          = "web sessions"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = true
      }
    EOT
  }

  example "at rest encryption enabled wrong in writing" {
    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        for_each             = toset(var.names)
        replication_group_id = "sessions"
        description          = "web sessions"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        for_each                   = toset(var.names)
        replication_group_id       = "sessions"
        description                = "web sessions"
        at_rest_encryption_enabled = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/elasticache ~> 1.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"

        at_rest_encryption_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"

        at_rest_encryption_enabled = true
      }
    EOT
  }

  example "the published module cloudposse/elasticache-redis 1.9.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/elasticache-redis/aws"
        version = "1.9.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/elasticache-redis/aws"
        version = "1.9.0"

        at_rest_encryption_enabled = true
      }
    EOT
  }
}
