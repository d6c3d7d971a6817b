rule "aws/elasticache/cluster-subnet-group" {
  title    = "Put a cache into subnets chosen for it"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without a subnet group the cache lands in the default VPC, beside everything
    else that nobody placed, and often in subnets with a way to the internet.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_323"]
    kics         = ["8c849af7-a399-46f7-a34c-32d3dc96f1fc"]
    security_hub = ["ElastiCache.7"]
  }

  target {
    resource = "aws_elasticache_cluster"
  }

  param "subnet_group_name" {
    type        = "expression"
    required    = true
    description = "Name of the ElastiCache subnet group, or a reference to it."
  }

  set "subnet_group_name" {
    value   = param.subnet_group_name
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the cache, which starts empty."
    replacement = true
    data_loss   = "Whatever the cache alone holds is gone."
    downtime    = "Until the new cache is there and clients have its endpoint."

    runbook = <<-EOT
      1. Make sure that the subnets of the group are reached by the clients.
      2. Agree on a window: databases behind the cache take the load until it is warm.
      3. Apply and let clients reconnect.
    EOT
  }

  example "subnet group name not mentioned" {
    params = { subnet_group_name = "caches" }

    before = <<-EOT
      resource "aws_elasticache_cluster" "sessions" {
        cluster_id = "sessions"
        engine     = "redis"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_cluster" "sessions" {
        cluster_id        = "sessions"
        engine            = "redis"
        subnet_group_name = "caches"
      }
    EOT
  }

  example "already right" {
    params = { subnet_group_name = "caches" }

    before    = <<-EOT
      resource "aws_elasticache_cluster" "sessions" {
        cluster_id        = "sessions"
        engine            = "redis"
        subnet_group_name = aws_elasticache_subnet_group.caches.name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { subnet_group_name = "caches" }

    before = <<-EOT
      resource "aws_elasticache_cluster" "sessions" {
        for_each   = toset(var.names)
        cluster_id = "sessions"
        engine     = "redis"
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticache_cluster" "sessions" {
        for_each          = toset(var.names)
        cluster_id        = "sessions"
        engine            = "redis"
        subnet_group_name = "caches"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_elasticache_cluster" "sessions" {
        cluster_id = "sessions"
        engine     = "redis"
      }
    EOT
    refused = true
  }
}
