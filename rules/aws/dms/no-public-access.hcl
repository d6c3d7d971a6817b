rule "aws/dms/no-public-access" {
  title    = "Keep a DMS replication instance off the public internet"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A replication instance holds passwords of two databases and sees everything
    that is copied. It has no business on the internet.
  EOT

  references = [
    "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReplicationInstance.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dms_replication_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_89"]
    kics         = ["030d3b18-1821-45b4-9e08-50efbe7becbb"]
    security_hub = ["DMS.1"]
    prowler      = ["dms_instance_no_public_access"]
  }

  target {
    resource = "aws_dms_replication_instance"
  }

  set "publicly_accessible" {
    value   = false
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the instance; its tasks stop and resume."
    replacement = true
    downtime    = "Replication stands still until the new instance has taken over."

    runbook = <<-EOT
      1. Make sure that source and target are reached inside the VPC.
      2. Stop the tasks and note their checkpoints.
      3. Apply, move the tasks to the new instance, resume them.
    EOT
  }

  example "publicly accessible not mentioned" {
    before    = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
      }
    EOT
    unchanged = true
  }

  example "publicly accessible wrong in writing" {
    before = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        publicly_accessible        = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        publicly_accessible        = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        publicly_accessible        = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        publicly_accessible        = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        publicly_accessible        = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        publicly_accessible        = false
      }
    EOT
    unchanged = true
  }
}
