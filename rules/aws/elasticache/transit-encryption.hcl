rule "aws/elasticache/transit-encryption" {
  title    = "Encrypt the traffic of a replication group"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Sessions and tokens travel between application and cache on every request.
    Without TLS anything that can listen in the network reads them.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group",
  ]

  aliases {
    checkov      = ["CKV_AWS_30"]
    trivy        = ["AWS-0051"]
    tfsec        = ["aws-elasticache-enable-in-transit-encryption"]
    kics         = ["1afbb3fa-cf6c-4a3d-b730-95e9f4df343e"]
    terrascan    = ["AC_AWS_0467"]
    security_hub = ["ElastiCache.5"]
    prowler      = ["elasticache_redis_cluster_in_transit_encryption_enabled"]
  }

  target {
    resource = "aws_elasticache_replication_group"
  }

  set "transit_encryption_enabled" {
    value = true
  }

  module "terraform-aws-modules/elasticache/aws" {
    version = ">= 1.0"

    set "transit_encryption_enabled" {
      value   = true
      default = true
    }
  }

  module "cloudposse/elasticache-redis/aws" {
    version = ">= 0.20"

    set "transit_encryption_enabled" {
      value = true
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Clients must speak TLS from then on; with engines before 7.0.5 Terraform replaces the group."
    replacement = "With engines before 7.0.5 the group is destroyed and created anew."
    downtime    = "Clients without TLS cannot connect."

    runbook = <<-EOT
      1. With engine 7.0.5 or later set `transit_encryption_mode = "preferred"` first, and move clients to TLS.
      2. Then apply this change with mode "required".
      3. With an older engine plan for an empty cache and a new endpoint.
    EOT
  }

  example "transit encryption enabled not mentioned" {
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
        transit_encryption_enabled = true
      }
    EOT
  }

  example "transit encryption enabled wrong in writing" {
    before = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true # decided in 2019
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
        transit_encryption_enabled = var.setting
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
        transit_encryption_enabled = var.setting
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
        transit_encryption_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_elasticache_replication_group" "main" {
        replication_group_id       = "sessions"
        description                = "web sessions"
        transit_encryption_enabled = true
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
        transit_encryption_enabled = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/elasticache ~> 1.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"

        transit_encryption_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/elasticache/aws"
        version = "~> 1.0"

        transit_encryption_enabled = true
      }
    EOT
  }

  example "the published module cloudposse/elasticache-redis 1.9.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/elasticache-redis/aws"
        version = "1.9.0"

        transit_encryption_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/elasticache-redis/aws"
        version = "1.9.0"

        transit_encryption_enabled = true
      }
    EOT
  }
}
