rule "aws/efs/access-point-user" {
  title    = "Let an access point act as one user only"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without a user of its own the access point believes what the client says it
    is, root included.
  EOT

  references = [
    "https://docs.aws.amazon.com/efs/latest/ug/enforce-identity-access-points.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_access_point",
  ]

  aliases {
    checkov      = ["CKV_AWS_330"]
    security_hub = ["EFS.4"]
    prowler      = ["efs_access_point_enforce_user_identity"]
  }

  target {
    resource = "aws_efs_access_point"
  }

  param "posix_uid" {
    type        = "number"
    required    = true
    description = "User id that all clients of the access point act as."
  }
  param "posix_gid" {
    type        = "number"
    required    = true
    description = "Group id that all clients of the access point act as."
  }

  block "posix_user" {
    body {
      set "gid" {
        value = param.posix_gid
        keep  = true
      }
      set "uid" {
        value = param.posix_uid
        keep  = true
      }
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the access point; files that belong to other users can no longer be reached through it."
    replacement = true
    downtime    = "Mounts of the access point end."

    runbook = <<-EOT
      1. Make sure that the files the clients need are where they will look.
      2. Apply, give clients the id of the new access point, mount again.
    EOT
  }

  example "whatever the client says" {
    params = { posix_uid = 1001, posix_gid = 1001 }

    before = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id

        posix_user {
          gid = 1001
          uid = 1001
        }
      }
    EOT
  }

  example "nobody has given the ids" {
    before  = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id
      }
    EOT
    refused = true
  }

  example "a user of its own" {
    before    = <<-EOT
      resource "aws_efs_access_point" "main" {
        file_system_id = aws_efs_file_system.main.id

        posix_user {
          gid = 1000
          uid = 1000
        }
      }
    EOT
    unchanged = true
  }
}
