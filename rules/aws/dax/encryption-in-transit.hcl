rule "aws/dax/encryption-in-transit" {
  title    = "Encrypt the traffic of a DAX cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Items travel between application and cache on every request. Without TLS
    anything that can listen in the network reads them.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionInTransit.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dax_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_239"]
    security_hub = ["DynamoDB.7"]
    prowler      = ["dynamodb_accelerator_cluster_in_transit_encryption_enabled"]
  }

  target {
    resource = "aws_dax_cluster"
  }

  set "cluster_endpoint_encryption_type" {
    value = "TLS"
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the cluster; clients must speak TLS."
    replacement = true
    downtime    = "Until the new cluster is there and clients have its endpoint."

    runbook = <<-EOT
      1. Let clients fall back to DynamoDB itself; raise its capacity for the time.
      2. Apply, give clients the new endpoint.
    EOT
  }

  example "cluster endpoint encryption type not mentioned" {
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
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = "TLS"
      }
    EOT
  }

  example "cluster endpoint encryption type wrong in writing" {
    before = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = "NONE" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = "TLS" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "NONE"
      }

      resource "aws_dax_cluster" "main" {
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "TLS"
      }

      resource "aws_dax_cluster" "main" {
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_dax_cluster" "main" {
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dax_cluster" "main" {
        cluster_name                     = "orders"
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = "TLS"
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
        for_each                         = toset(var.names)
        cluster_name                     = each.key
        iam_role_arn                     = aws_iam_role.dax.arn
        node_type                        = "dax.r5.large"
        replication_factor               = 3
        cluster_endpoint_encryption_type = "TLS"
      }
    EOT
  }
}
