rule "aws/eks/node-remote-access" {
  title    = "Say from where nodes may be reached by SSH"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A key without source groups opens port 22 of every node to the whole
    internet.
  EOT

  references = [
    "https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_node_group",
  ]

  aliases {
    checkov = ["CKV_AWS_100"]
    kics    = ["ba40ace1-a047-483c-8a8d-bc2d3a67a82d"]
  }

  target {
    resource = "aws_eks_node_group"
    when     = target.remote_access.ec2_ssh_key != null
  }

  param "ssh_source_security_group_ids" {
    type        = "expression"
    required    = true
    description = "Security groups that may reach the nodes by SSH: a list or a reference."
  }

  set "remote_access.source_security_group_ids" {
    value   = param.ssh_source_security_group_ids
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the node group; pods move to the new nodes."
    replacement = true

    runbook = <<-EOT
      1. Add a second node group with the new setting, or make sure that the others have room.
      2. Drain the old nodes, then apply.
    EOT
  }

  example "the whole internet" {
    params = { ssh_source_security_group_ids = ["sg-0123456789abcdef0"] }

    before = <<-EOT
      resource "aws_eks_node_group" "main" {
        cluster_name  = aws_eks_cluster.main.name
        node_role_arn = aws_iam_role.node.arn
        subnet_ids    = var.subnets

        remote_access {
          ec2_ssh_key = "operators"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_node_group" "main" {
        cluster_name  = aws_eks_cluster.main.name
        node_role_arn = aws_iam_role.node.arn
        subnet_ids    = var.subnets

        remote_access {
          ec2_ssh_key               = "operators"
          source_security_group_ids = ["sg-0123456789abcdef0"]
        }
      }
    EOT
  }

  example "nobody has said from where" {
    before  = <<-EOT
      resource "aws_eks_node_group" "main" {
        cluster_name  = aws_eks_cluster.main.name
        node_role_arn = aws_iam_role.node.arn
        subnet_ids    = var.subnets

        remote_access {
          ec2_ssh_key = "operators"
        }
      }
    EOT
    refused = true
  }

  example "from the bastion host" {
    params = { ssh_source_security_group_ids = ["sg-0123456789abcdef0"] }

    before    = <<-EOT
      resource "aws_eks_node_group" "main" {
        cluster_name  = aws_eks_cluster.main.name
        node_role_arn = aws_iam_role.node.arn
        subnet_ids    = var.subnets

        remote_access {
          ec2_ssh_key               = "operators"
          source_security_group_ids = [aws_security_group.bastion.id]
        }
      }
    EOT
    unchanged = true
  }

  example "no remote access" {
    params = { ssh_source_security_group_ids = ["sg-0123456789abcdef0"] }

    before    = <<-EOT
      resource "aws_eks_node_group" "main" {
        cluster_name  = aws_eks_cluster.main.name
        node_role_arn = aws_iam_role.node.arn
        subnet_ids    = var.subnets
      }
    EOT
    unchanged = true
  }
}
