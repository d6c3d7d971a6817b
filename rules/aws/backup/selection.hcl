rule "aws/backup/selection" {
  title    = "Have a resource backed up by a plan"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What no backup plan selects is gone with the first mistake or the first
    intruder who deletes it.
  EOT

  references = [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_selection",
  ]

  aliases {
    checkov      = ["CKV2_AWS_8", "CKV2_AWS_9", "CKV2_AWS_18"]
    security_hub = ["EFS.2", "EC2.28"]
    prowler      = ["efs_have_backup_enabled", "ec2_ebs_volume_protected_by_backup_plan"]
  }

  target {
    resource = ["aws_efs_file_system", "aws_rds_cluster", "aws_ebs_volume"]
  }

  param "backup_plan_id" {
    type        = "expression"
    required    = true
    description = "Plan that decides how often and how long: an id or a reference such as aws_backup_plan.main.id."
  }

  param "backup_role_arn" {
    type        = "expression"
    required    = true
    description = "Role that AWS Backup works with: an ARN or a reference such as aws_iam_role.backup.arn."
  }

  companion "aws_backup_selection" {
    link            = "resources"
    link_attributes = ["arn"]

    body {
      # A plan may take resources of many modules, whose blocks have the same labels.
      name         = target.id
      plan_id      = param.backup_plan_id
      iam_role_arn = param.backup_role_arn
      resources    = [target.arn]
    }
    when = !linked("aws_backup_selection", "resources")
  }

  refuse {
    when = anytrue([for selection in resources("aws_backup_selection") : selection.selection_tag != null || selection.condition != null])
    note = "The module selects what is backed up by tags: give the resource the tag that the plan wants, or name it in the selection."
  }

  applicability {
    level = "safe"
    cost  = "AWS Backup bills what it stores."
  }

  example "a file system" {
    params = { backup_role_arn = "arn:aws:iam::111122223333:role/backup", backup_plan_id = "1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_efs_file_system" "data" {
        creation_token = "data"
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "data" {
        creation_token = "data"
      }

      resource "aws_backup_selection" "data" {
        name         = aws_efs_file_system.data.id
        plan_id      = "1234abcd-12ab-34cd-56ef-1234567890ab"
        iam_role_arn = "arn:aws:iam::111122223333:role/backup"
        resources    = [aws_efs_file_system.data.arn]
      }
    EOT
  }

  example "a database cluster" {
    params = { backup_role_arn = "arn:aws:iam::111122223333:role/backup", backup_plan_id = "1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }
    EOT
    after  = <<-EOT
      resource "aws_rds_cluster" "orders" {
        cluster_identifier = "orders"
        engine             = "aurora-postgresql"
      }

      resource "aws_backup_selection" "orders" {
        name         = aws_rds_cluster.orders.id
        plan_id      = "1234abcd-12ab-34cd-56ef-1234567890ab"
        iam_role_arn = "arn:aws:iam::111122223333:role/backup"
        resources    = [aws_rds_cluster.orders.arn]
      }
    EOT
  }

  example "one for each name" {
    params = { backup_role_arn = "arn:aws:iam::111122223333:role/backup", backup_plan_id = "1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_efs_file_system" "data" {
        for_each       = toset(var.names)
        creation_token = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_efs_file_system" "data" {
        for_each       = toset(var.names)
        creation_token = each.key
      }

      resource "aws_backup_selection" "data" {
        for_each = toset(var.names)

        name         = aws_efs_file_system.data[each.key].id
        plan_id      = "1234abcd-12ab-34cd-56ef-1234567890ab"
        iam_role_arn = "arn:aws:iam::111122223333:role/backup"
        resources    = [aws_efs_file_system.data[each.key].arn]
      }
    EOT
  }

  example "nobody has said which plan" {
    before  = <<-EOT
      resource "aws_efs_file_system" "data" {
        creation_token = "data"
      }
    EOT
    refused = true
  }

  example "selected by tags" {
    params = { backup_role_arn = "arn:aws:iam::111122223333:role/backup", backup_plan_id = "1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_efs_file_system" "data" {
        creation_token = "data"
      }

      resource "aws_backup_selection" "all" {
        name         = "all"
        plan_id      = aws_backup_plan.main.id
        iam_role_arn = aws_iam_role.backup.arn

        selection_tag {
          type  = "STRINGEQUALS"
          key   = "backup"
          value = "daily"
        }
      }
    EOT
    refused = true
  }

  example "in a selection elsewhere in the module" {
    before    = <<-EOT
      resource "aws_efs_file_system" "data" {
        creation_token = "data"
      }

      resource "aws_backup_selection" "all" {
        name         = "all"
        plan_id      = aws_backup_plan.main.id
        iam_role_arn = aws_iam_role.backup.arn

        resources = [
          aws_efs_file_system.data.arn,
        ]
      }
    EOT
    unchanged = true
  }

  example "a selection names other volumes" {
    params = {
      backup_plan_id  = "1234abcd-12ab-34cd-56ef-1234567890ab"
      backup_role_arn = "arn:aws:iam::111122223333:role/backup"
    }

    before = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 100
      }

      resource "aws_ebs_volume" "logs" {
        availability_zone = "eu-west-1a"
        size              = 100
      }

      resource "aws_backup_selection" "logs" {
        name         = "logs"
        plan_id      = aws_backup_plan.main.id
        iam_role_arn = aws_iam_role.backup.arn
        resources    = [aws_ebs_volume.logs.arn]
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 100
      }

      resource "aws_backup_selection" "data" {
        name         = aws_ebs_volume.data.id
        plan_id      = "1234abcd-12ab-34cd-56ef-1234567890ab"
        iam_role_arn = "arn:aws:iam::111122223333:role/backup"
        resources    = [aws_ebs_volume.data.arn]
      }

      resource "aws_ebs_volume" "logs" {
        availability_zone = "eu-west-1a"
        size              = 100
      }

      resource "aws_backup_selection" "logs" {
        name         = "logs"
        plan_id      = aws_backup_plan.main.id
        iam_role_arn = aws_iam_role.backup.arn
        resources    = [aws_ebs_volume.logs.arn]
      }
    EOT
  }
}
