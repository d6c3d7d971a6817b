rule "aws/rds/replicated-backups-key" {
  title    = "Encrypt replicated database backups with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The second region holds a complete copy of the database. It needs a key
    there, and the default one opens to everybody who may use RDS.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance_automated_backups_replication",
  ]

  aliases {
    checkov = ["CKV_AWS_245"]
  }

  target {
    resource = "aws_db_instance_automated_backups_replication"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key in the region that the backups are replicated to: an ARN or a reference."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform stops and starts the replication; backups are copied again."
    replacement = "Backups in the second region start anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_instance_automated_backups_replication" "main" {
        source_db_instance_arn = aws_db_instance.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance_automated_backups_replication" "main" {
        source_db_instance_arn = aws_db_instance.orders.arn
        kms_key_id             = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_db_instance_automated_backups_replication" "main" {
        source_db_instance_arn = aws_db_instance.orders.arn
        kms_key_id             = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_instance_automated_backups_replication" "main" {
        for_each               = toset(var.names)
        source_db_instance_arn = aws_db_instance.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance_automated_backups_replication" "main" {
        for_each               = toset(var.names)
        source_db_instance_arn = aws_db_instance.orders.arn
        kms_key_id             = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_db_instance_automated_backups_replication" "main" {
        source_db_instance_arn = aws_db_instance.orders.arn
      }
    EOT
    refused = true
  }
}
