rule "aws/dax/encryption-at-rest" {
  title    = "Encrypt a DAX cluster's storage"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A cache of a table holds the table's items. Encryption keeps what it writes
    to disk as unreadable as the table.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionAtRest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dax_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_47"]
    trivy        = ["AWS-0023"]
    tfsec        = ["aws-dynamodb-enable-at-rest-encryption"]
    kics         = ["f11aec39-858f-4b6f-b946-0a1bf46c0c87"]
    terrascan    = ["AC_AWS_0375"]
    security_hub = ["DynamoDB.3"]
    prowler      = ["dynamodb_accelerator_cluster_encryption_enabled"]
  }

  target {
    resource = "aws_dax_cluster"
  }

  set "server_side_encryption.enabled" {
    value = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the cluster; the cache starts empty."
    replacement = true
    downtime    = "Until the new cluster is there and clients have its endpoint."

    runbook = <<-EOT
      1. Let clients fall back to DynamoDB itself; raise its capacity for the time.
      2. Apply, give clients the new endpoint.
    EOT
  }

  example "enabled not mentioned" {
    before = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3
      }
    EOT
    after  = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
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

      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
          enabled = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
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

      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
          enabled = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name       = "orders"
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_dax_cluster" "main" {
        for_each           = toset(var.names)
        cluster_name       = each.key
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3
      }
    EOT
    after  = <<-EOT
      resource "aws_dax_cluster" "main" {
        for_each           = toset(var.names)
        cluster_name       = each.key
        iam_role_arn       = aws_iam_role.dax.arn
        node_type          = "dax.r5.large"
        replication_factor = 3

        server_side_encryption {
          enabled = true
        }
      }
    EOT
  }
}
