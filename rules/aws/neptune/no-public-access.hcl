rule "aws/neptune/no-public-access" {
  title    = "Take the public address from a Neptune instance"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An address on the internet invites everybody to try the door. Graph data is
    queried from inside the network, or through a host that logs who did.
  EOT

  references = [
    "https://docs.aws.amazon.com/neptune/latest/userguide/security-vpc.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/neptune_cluster_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_102"]
    kics    = ["9ba198e0-fef4-464a-8a4d-75ea55300de7"]
  }

  target {
    resource = "aws_neptune_cluster_instance"
  }

  set "publicly_accessible" {
    value   = false
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform replaces the instance; clients outside the VPC lose their way in."
    replacement = true
    downtime    = "Failover to another instance of the cluster, if there is one; else until the new one is up."
  }

  example "publicly accessible not mentioned" {
    before    = <<-EOT
      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier = "main"
        instance_class     = var.instance_class
      }
    EOT
    unchanged = true
  }

  example "publicly accessible wrong in writing" {
    before = <<-EOT
      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier  = "main"
        instance_class      = var.instance_class
        publicly_accessible = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier  = "main"
        instance_class      = var.instance_class
        publicly_accessible = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier  = "main"
        instance_class      = var.instance_class
        publicly_accessible = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier  = "main"
        instance_class      = var.instance_class
        publicly_accessible = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier  = "main"
        instance_class      = var.instance_class
        publicly_accessible = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_neptune_cluster_instance" "main" {
        cluster_identifier  = "main"
        instance_class      = var.instance_class
        publicly_accessible = false
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before    = <<-EOT
      resource "aws_neptune_cluster_instance" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        instance_class     = var.instance_class
      }
    EOT
    unchanged = true
  }
}
