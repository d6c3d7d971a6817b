rule "aws/memorydb/tls" {
  title    = "Encrypt the traffic of a MemoryDB cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without TLS passwords and data cross the network in the clear, and access
    control lists of users with passwords are worth little.
  EOT

  references = [
    "https://docs.aws.amazon.com/memorydb/latest/devguide/in-transit-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/memorydb_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_202"]
  }

  target {
    resource = "aws_memorydb_cluster"
  }

  set "tls_enabled" {
    value   = true
    default = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the cluster; clients must speak TLS."
    replacement = true
    data_loss   = true
    downtime    = "Until the new cluster is there and clients have its endpoint."

    runbook = <<-EOT
      1. Take a snapshot and name it in `snapshot_name` on this branch.
      2. Move clients to TLS; stop writers.
      3. Apply, compare key counts, give clients the new endpoint.
    EOT
  }

  example "tls enabled not mentioned" {
    before    = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name      = "main"
        acl_name  = "open-access"
        node_type = "db.t4g.small"
      }
    EOT
    unchanged = true
  }

  example "tls enabled wrong in writing" {
    before = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        tls_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        tls_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        tls_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        tls_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        tls_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        tls_enabled = true
      }
    EOT
    unchanged = true
  }
}
