rule "aws/dynamodb/point-in-time-recovery" {
  title    = "Keep point-in-time backups of a DynamoDB table"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Point-in-time recovery restores the table to any second of the last 35 days.
    Without it an accidental delete or a bad deployment costs everything since
    the last backup that somebody remembered to take.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_28"]
    trivy        = ["AWS-0024"]
    tfsec        = ["aws-dynamodb-enable-recovery"]
    kics         = ["741f1291-47ac-4a85-a07b-3d32a9d6bd3e"]
    terrascan    = ["AC_AWS_0458"]
    security_hub = ["DynamoDB.2"]
    prowler      = ["dynamodb_tables_pitr_enabled"]
  }

  target {
    resource = "aws_dynamodb_table"
  }

  set "point_in_time_recovery.enabled" {
    value   = true
    default = false
  }

  module "terraform-aws-modules/dynamodb-table/aws" {
    version = "< 5.0"

    set "point_in_time_recovery_enabled" {
      value = true
    }
  }

  applicability {
    level = "safe"
    cost  = "Billed by the size of the table."
  }

  example "enabled not mentioned" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        for_each = toset(var.names)
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "orders" {
        for_each = toset(var.names)
        name     = "orders"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        point_in_time_recovery {
          enabled = true
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/dynamodb-table ~> 4.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/dynamodb-table/aws"
        version = "~> 4.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/dynamodb-table/aws"
        version = "~> 4.0"

        point_in_time_recovery_enabled = true
      }
    EOT
  }
}
