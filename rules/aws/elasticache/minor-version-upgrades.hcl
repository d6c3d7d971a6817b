rule "aws/elasticache/minor-version-upgrades" {
  title    = "Take a cache's minor upgrades automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Minor versions are security fixes of the engine. Switched off, the cache
    runs with known holes until somebody remembers.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_322"]
    security_hub = ["ElastiCache.2"]
    prowler      = ["elasticache_redis_cluster_auto_minor_version_upgrades"]
  }

  target {
    resource = "aws_elasticache_cluster"
  }

  set "auto_minor_version_upgrade" {
    value   = true
    default = true
  }

  applicability {
    level = "review"
    note  = "Upgrades come in the maintenance window with a short restart."
  }

  example "auto minor version upgrade not mentioned" {
    before    = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id = "sessions"
      }
    EOT
    unchanged = true
  }

  example "auto minor version upgrade wrong in writing" {
    before = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id                 = "sessions"
        auto_minor_version_upgrade = "false" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id                 = "sessions"
        auto_minor_version_upgrade = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "false"
      }

      resource "aws_elasticache_cluster" "main" {
        cluster_id                 = "sessions"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = true
      }

      resource "aws_elasticache_cluster" "main" {
        cluster_id                 = "sessions"
        auto_minor_version_upgrade = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_elasticache_cluster" "main" {
        cluster_id                 = "sessions"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_elasticache_cluster" "main" {
        cluster_id                 = "sessions"
        auto_minor_version_upgrade = true
      }
    EOT
    unchanged = true
  }
}
