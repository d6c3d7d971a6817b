rule "aws/redshift/subnet-group" {
  title    = "Put a Redshift cluster into subnets chosen for it"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without a subnet group the cluster lands in the default VPC, beside
    everything else that nobody placed.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-cluster-subnet-groups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_154"]
    trivy   = ["AWS-0127"]
    tfsec   = ["aws-redshift-use-vpc"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  param "subnet_group_name" {
    type        = "expression"
    required    = true
    description = "Name of the Redshift subnet group, or a reference to it."
  }

  set "cluster_subnet_group_name" {
    value   = param.subnet_group_name
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

  example "cluster subnet group name not mentioned" {
    params = { subnet_group_name = "warehouse" }

    before = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier = "warehouse"
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier        = "warehouse"
        node_type                 = "ra3.large"
        cluster_subnet_group_name = "warehouse"
      }
    EOT
  }

  example "already right" {
    params = { subnet_group_name = "warehouse" }

    before    = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        cluster_identifier        = "warehouse"
        node_type                 = "ra3.large"
        cluster_subnet_group_name = aws_redshift_subnet_group.warehouse.name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { subnet_group_name = "warehouse" }

    before = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = "ra3.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "warehouse" {
        for_each                  = toset(var.names)
        cluster_identifier        = each.key
        node_type                 = "ra3.large"
        cluster_subnet_group_name = "warehouse"
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
