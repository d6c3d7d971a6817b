rule "aws/elasticache/automatic-failover" {
  title    = "Let a replica take over when the cache's primary fails"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    When the primary or its zone fails, a replica is there but nobody promotes
    it unless failover is on. With it the cache is back within a minute or so.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group",
  ]

  aliases {
    checkov      = ["CKV2_AWS_50"]
    security_hub = ["ElastiCache.3"]
    prowler      = ["elasticache_redis_cluster_automatic_failover_enabled"]
  }

  target {
    resource = "aws_elasticache_replication_group"
  }

  set "automatic_failover_enabled" {
    value = true
  }

  set "multi_az_enabled" {
    value = true
  }

  refuse {
    when = target.num_cache_clusters == null && target.num_node_groups == null && target.replicas_per_node_group == null && target.cluster_mode == null
    note = "The group has one node only, or may have, and then nothing can take over. Decide how many replicas there should be."
  }
  refuse {
    when = target.num_cache_clusters == 1
    note = "The group has one node only, or may have, and then nothing can take over. Decide how many replicas there should be."
  }

  applicability {
    level = "safe"
  }

  example "automatic failover enabled not mentioned" {
    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id = "sessions"
        description          = "web sessions"
        num_cache_clusters   = 2
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        num_cache_clusters         = 2
        automatic_failover_enabled = true
        multi_az_enabled           = true
      }
    EOT
  }

  example "automatic failover enabled wrong in writing" {
    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        num_cache_clusters         = 2
        multi_az_enabled           = true
        automatic_failover_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        num_cache_clusters         = 2
        multi_az_enabled           = true
        automatic_failover_enabled = true # decided in 2019
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
        num_cache_clusters         = 2
        multi_az_enabled           = true
        automatic_failover_enabled = var.setting
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
        num_cache_clusters         = 2
        multi_az_enabled           = true
        automatic_failover_enabled = var.setting
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
        num_cache_clusters         = 2
        multi_az_enabled           = true
        automatic_failover_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        num_cache_clusters         = 2
        multi_az_enabled           = true
        automatic_failover_enabled = true
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
        num_cache_clusters   = 2
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        for_each                   = toset(var.names)
        replication_group_id       = "sessions"
        description                = "web sessions"
        num_cache_clusters         = 2
        automatic_failover_enabled = true
        multi_az_enabled           = true
      }
    EOT
  }

  example "no replica" {
    before  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id = "sessions"
        description          = "web sessions"
      }
    EOT
    refused = true
  }

  example "one node" {
    before  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id = "sessions"
        description          = "web sessions"
        num_cache_clusters   = 1
      }
    EOT
    refused = true
  }
}
