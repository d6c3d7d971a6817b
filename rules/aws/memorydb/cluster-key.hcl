rule "aws/memorydb/cluster-key" {
  title    = "Encrypt a MemoryDB cluster with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    MemoryDB is a primary database that keeps a log on disk. A customer managed
    key lets its owner log and end access to that log and to the snapshots.
  EOT

  references = [
    "https://docs.aws.amazon.com/memorydb/latest/devguide/at-rest-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/memorydb_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_201"]
  }

  target {
    resource = "aws_memorydb_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the cluster; it starts empty unless a snapshot is named."
    replacement = true
    data_loss   = true
    downtime    = "Until the new cluster is there and clients have its endpoint."

    runbook = <<-EOT
      1. Take a snapshot and name it in `snapshot_name` on this branch.
      2. Agree on a window; stop writers.
      3. Apply, compare key counts, give clients the new endpoint.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name      = "main"
        acl_name  = "open-access"
        node_type = "db.t4g.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name        = "main"
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        kms_key_arn = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        for_each  = toset(var.names)
        name      = each.key
        acl_name  = "open-access"
        node_type = "db.t4g.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        for_each    = toset(var.names)
        name        = each.key
        acl_name    = "open-access"
        node_type   = "db.t4g.small"
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_memorydb_cluster" "main" {
        name      = "main"
        acl_name  = "open-access"
        node_type = "db.t4g.small"
      }
    EOT
    refused = true
  }
}
