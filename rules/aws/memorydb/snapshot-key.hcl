rule "aws/memorydb/snapshot-key" {
  title    = "Encrypt a MemoryDB snapshot with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A snapshot is the whole database in a form that can be copied. A customer
    managed key limits and logs who can restore from it.
  EOT

  references = [
    "https://docs.aws.amazon.com/memorydb/latest/devguide/at-rest-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/memorydb_snapshot",
  ]

  aliases {
    checkov = ["CKV_AWS_278"]
  }

  target {
    resource = "aws_memorydb_snapshot"
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
    level       = "review"
    note        = "Terraform replaces the snapshot with a new one of the cluster as it is then."
    replacement = "The old snapshot is deleted and a new one taken."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_memorydb_snapshot" "main" {
        name         = "main"
        cluster_name = aws_memorydb_cluster.main.name
      }
    EOT
    after  = <<-EOT
      resource "aws_memorydb_snapshot" "main" {
        name         = "main"
        cluster_name = aws_memorydb_cluster.main.name
        kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_memorydb_snapshot" "main" {
        name         = "main"
        cluster_name = aws_memorydb_cluster.main.name
        kms_key_arn  = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_memorydb_snapshot" "main" {
        for_each     = toset(var.names)
        name         = each.key
        cluster_name = aws_memorydb_cluster.main.name
      }
    EOT
    after  = <<-EOT
      resource "aws_memorydb_snapshot" "main" {
        for_each     = toset(var.names)
        name         = each.key
        cluster_name = aws_memorydb_cluster.main.name
        kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_memorydb_snapshot" "main" {
        name         = "main"
        cluster_name = aws_memorydb_cluster.main.name
      }
    EOT
    refused = true
  }
}
