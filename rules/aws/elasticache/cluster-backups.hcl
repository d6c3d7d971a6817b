rule "aws/elasticache/cluster-backups" {
  title    = "Keep backups of a Redis cache"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A cache that is also the only home of something, sessions or counters, needs
    a backup like any store. Without a retention there is none.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_134"]
    trivy        = ["AWS-0050"]
    tfsec        = ["aws-elasticache-enable-backup-retention"]
    kics         = ["8fdb08a0-a868-4fdf-9c27-ccab0237f1ab"]
    security_hub = ["ElastiCache.1"]
    prowler      = ["elasticache_redis_cluster_backup_enabled"]
  }

  target {
    resource = "aws_elasticache_cluster"
    when     = lower(target.engine) != "memcached"
  }

  param "days" {
    type        = "number"
    default     = 7
    description = "Days to keep automatic backups, 1 to 35."
  }

  set "snapshot_retention_limit" {
    at_least = 1
    value    = param.days
  }

  applicability {
    level = "safe"
    cost  = "One backup is free; further ones are billed by size."
  }

  example "snapshot retention limit not mentioned" {
    before = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id = "sessions"
        engine     = "redis"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = 7
      }
    EOT
  }

  example "snapshot retention limit wrong in writing" {
    before = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = 0 # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = 7 # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 0
      }

      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 7
      }

      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = 14
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        for_each   = toset(var.names)
        cluster_id = "sessions"
        engine     = "redis"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        for_each                 = toset(var.names)
        cluster_id               = "sessions"
        engine                   = "redis"
        snapshot_retention_limit = 7
      }
    EOT
  }

  example "Memcached, which has no backups" {
    before    = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id = "sessions"
        engine     = "memcached"
      }
    EOT
    unchanged = true
  }
}
