rule "aws/dms/minor-version-upgrades" {
  title    = "Take DMS's minor upgrades automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Minor versions carry security fixes and corrections of what is copied. Taken
    automatically they are in within weeks of their release.
  EOT

  references = [
    "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReplicationInstance.EngineVersions.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dms_replication_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_222"]
    security_hub = ["DMS.6"]
    prowler      = ["dms_instance_minor_version_upgrade_enabled"]
  }

  target {
    resource = "aws_dms_replication_instance"
  }

  set "auto_minor_version_upgrade" {
    value = true
  }

  applicability {
    level    = "review"
    note     = "Upgrades come in the maintenance window with a restart."
    downtime = "A restart in the maintenance window when there is an upgrade."
  }

  example "auto minor version upgrade not mentioned" {
    before = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = true
      }
    EOT
  }

  example "auto minor version upgrade wrong in writing" {
    before = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = var.setting
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
        auto_minor_version_upgrade = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        for_each                   = toset(var.names)
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_replication_instance" "main" {
        for_each                   = toset(var.names)
        replication_instance_id    = "main"
        replication_instance_class = "dms.t3.medium"
        auto_minor_version_upgrade = true
      }
    EOT
  }
}
