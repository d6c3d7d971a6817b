rule "aws/efs/access-point-root" {
  title    = "Let an access point show one folder only"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A client that sees the root of the file system sees the files of all others
    as well.
  EOT

  references = [
    "https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_access_point",
  ]

  aliases {
    checkov      = ["CKV_AWS_329"]
    security_hub = ["EFS.3"]
    prowler      = ["efs_access_point_enforce_root_directory"]
  }

  target {
    resource = "aws_efs_access_point"
  }

  param "root_directory" {
    type        = "string"
    required    = true
    description = "Folder that clients of the access point see as the root."
  }

  set "root_directory.path" {
    value   = param.root_directory
    present = true
  }

  set "root_directory.path" {
    value = param.root_directory
    when  = target.root_directory.path == "/"
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the access point; clients then see the folder only."
    replacement = true
    downtime    = "Mounts of the access point end."

    runbook = <<-EOT
      1. Make sure that the files the clients need are where they will look.
      2. Apply, give clients the id of the new access point, mount again.
    EOT
  }

  example "the whole file system" {
    params = { root_directory = "/orders" }

    before = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id

        root_directory {
          path = "/orders"
        }
      }
    EOT
  }

  example "the root in writing" {
    params = { root_directory = "/orders" }

    before = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id

        root_directory {
          path = "/"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id

        root_directory {
          path = "/orders"
        }
      }
    EOT
  }

  example "nobody has named the folder" {
    before  = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id
      }
    EOT
    refused = true
  }

  example "a folder of its own" {
    params = { root_directory = "/orders" }

    before    = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id

        root_directory {
          path = "/invoices"
        }
      }
    EOT
    unchanged = true
  }
}
