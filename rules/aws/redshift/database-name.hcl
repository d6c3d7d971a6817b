rule "aws/redshift/database-name" {
  title    = "Give a Redshift cluster's first database a name of its own"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Tools of attackers try the default names first. A name of its own costs them
    one more step, and keeps policies that name a database from matching by
    accident.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/gsg/getting-started.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_320"]
    security_hub = ["Redshift.9"]
    prowler      = ["redshift_cluster_non_default_database_name"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  param "database_name" {
    type        = "string"
    required    = true
    description = "Name of the first database; the default is dev."
  }

  set "database_name" {
    value   = param.database_name
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the cluster with an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last load before the snapshot until the restored cluster takes queries."

    runbook = <<-EOT
      1. Merge only in an agreed window; take a manual snapshot.
      2. Add `snapshot_identifier` to this branch, so that the new cluster is restored and not empty.
      3. Apply, compare counts, point clients to the new endpoint.
    EOT
  }

  example "database name not mentioned" {
    params = { database_name = "sales" }

    before = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        database_name      = "sales"
      }
    EOT
  }

  example "already right" {
    params = { database_name = "sales" }

    before    = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
        database_name      = "sales"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { database_name = "sales" }

    before = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = "ra3.large"
        database_name      = "sales"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    refused = true
  }
}
