rule "aws/rds/snapshot-not-public" {
  title    = "Take a database snapshot back from the public"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public snapshot is the whole database for anyone with an AWS account, and
    people look for such snapshots all the time.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_snapshot",
  ]

  aliases {
    checkov      = ["CKV_AWS_302"]
    security_hub = ["RDS.1"]
    prowler      = ["rds_snapshots_public_access"]
  }

  target {
    resource = "aws_db_snapshot"
  }

  remove "shared_accounts" {
    when = contains(target.shared_accounts, "all")
  }

  applicability {
    level = "review"
    note  = "Whoever copies the snapshot from another account can no longer do so; copies that exist stay where they are."
  }

  example "shared with everybody" {
    before = <<-EOT
      resource "aws_db_snapshot" "orders" {
        db_instance_identifier = "orders"
        db_snapshot_identifier = "orders-final"
        shared_accounts        = ["all"]
      }
    EOT
    after  = <<-EOT
      resource "aws_db_snapshot" "orders" {
        db_instance_identifier = "orders"
        db_snapshot_identifier = "orders-final"
      }
    EOT
  }

  example "shared with one account" {
    before    = <<-EOT
      resource "aws_db_snapshot" "orders" {
        db_instance_identifier = "orders"
        db_snapshot_identifier = "orders-final"
        shared_accounts        = ["111122223333"]
      }
    EOT
    unchanged = true
  }

  example "not shared" {
    before    = <<-EOT
      resource "aws_db_snapshot" "orders" {
        db_instance_identifier = "orders"
        db_snapshot_identifier = "orders-final"
      }
    EOT
    unchanged = true
  }
}
