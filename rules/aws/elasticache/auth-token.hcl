rule "aws/elasticache/auth-token" {
  title    = "Ask the clients of a cache for a token"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Whoever reaches the port of a cache without a token reads and changes every
    session in it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group",
  ]

  aliases {
    checkov      = ["CKV_AWS_31"]
    snyk         = ["SNYK-CC-TF-215"]
    security_hub = ["ElastiCache.6"]
    prowler      = ["elasticache_redis_replication_group_auth_enabled"]
  }

  target {
    resource = "aws_elasticache_replication_group"
  }

  param "auth_token" {
    type        = "expression"
    required    = true
    description = "Where the token comes from: a reference such as random_password.cache.result or a variable marked sensitive. Never a literal."
  }

  set "transit_encryption_enabled" {
    value = true
  }

  set "auth_token" {
    value   = param.auth_token
    present = true
    when    = target.user_group_ids == null
  }

  module "terraform-aws-modules/elasticache/aws" {
    version = ">= 1.0"

    set "transit_encryption_enabled" {
      value   = true
      default = true
    }

    set "auth_token" {
      value   = param.auth_token
      present = true
      when    = target.user_group_ids == null
    }
  }

  applicability {
    level    = "disruptive"
    note     = "Clients must send the token over TLS from then on; give it to them first."
    downtime = "Clients without the token or without TLS cannot connect."

    runbook = <<-EOT
      1. Put the token into the clients' secret store and roll out clients that send it over TLS.
      2. Apply; with `auth_token_update_strategy = "ROTATE"` old connections go on until they close.
      3. Follow with strategy SET.
    EOT
  }

  example "no token" {
    params = { auth_token = random_password.cache.result }

    before = <<-EOT
      resource "random_password" "cache" {
        length  = 64
        special = false
      }

      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "random_password" "cache" {
        length  = 64
        special = false
      }

      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true
        auth_token                 = random_password.cache.result
      }
    EOT
  }

  example "neither token nor encryption" {
    params = { auth_token = random_password.cache.result }

    before = <<-EOT
      resource "random_password" "cache" {
        length  = 64
        special = false
      }

      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id = "sessions"
        description          = "web sessions"
      }
    EOT
    after  = <<-EOT
      resource "random_password" "cache" {
        length  = 64
        special = false
      }

      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true
        auth_token                 = random_password.cache.result
      }
    EOT
  }

  example "nobody has said where the token comes from" {
    before  = <<-EOT
      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id = "sessions"
        description          = "web sessions"
      }
    EOT
    refused = true
  }

  example "already asked for" {
    params = { auth_token = random_password.cache.result }

    before    = <<-EOT
      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true
        auth_token                 = random_password.cache.result
      }
    EOT
    unchanged = true
  }

  example "users and groups instead of a token" {
    params = { auth_token = random_password.cache.result }

    before    = <<-EOT
      resource "aws_elasticache_replication_group" "sessions" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true
        user_group_ids             = [aws_elasticache_user_group.web.user_group_id]
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/elasticache ~> 1.0" {
    params = {
      auth_token = random_password.cache.result
    }

    before = <<-EOT
      resource "random_password" "cache" {
        length = 64
      }

      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"
      }
    EOT
    after  = <<-EOT
      resource "random_password" "cache" {
        length = 64
      }

      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"

        auth_token = random_password.cache.result
      }
    EOT
  }
}
