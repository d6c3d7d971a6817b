rule "aws/eks/control-plane-logs" {
  title    = "Keep the logs of a cluster's control plane"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The audit log says who asked the Kubernetes API for what, the authenticator
    who signed in. Without them nobody can tell what a stolen token was used
    for.
  EOT

  references = [
    "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_37"]
    trivy        = ["AWS-0038"]
    tfsec        = ["aws-eks-enable-control-plane-logging"]
    kics         = ["37304d3f-f852-40b8-ae3f-725e87a7cedf", "66f130d9-b81d-4e8e-9b08-da74b9c891df"]
    terrascan    = ["AC_AWS_0465"]
    security_hub = ["EKS.8"]
    prowler      = ["eks_control_plane_logging_all_types_enabled"]
  }

  target {
    resource = "aws_eks_cluster"
  }

  set "enabled_cluster_log_types" {
    value    = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    contains = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 21.0"

    set "enabled_log_types" {
      value    = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      contains = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      default  = ["audit", "api", "authenticator"]
    }
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 18.0, < 21.0"

    set "cluster_enabled_log_types" {
      value    = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      contains = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      default  = ["audit", "api", "authenticator"]
    }
  }

  module "cloudposse/eks-cluster/aws" {
    version = ">= 0.10"

    set "enabled_cluster_log_types" {
      value    = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      contains = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    }
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "enabled cluster log types not mentioned" {
    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      }
    EOT
  }

  example "enabled cluster log types wrong in writing" {
    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = ["api"] # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"] # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = list(string)
        default = ["api"]
      }

      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = list(string)
        default = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      }

      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = list(string)
      }

      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_eks_cluster" "main" {
        name                      = "main"
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.cluster.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        for_each                  = toset(var.names)
        name                      = each.key
        role_arn                  = aws_iam_role.cluster.arn
        enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 21.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 21.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 21.0"

        enabled_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 20.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_enabled_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
      }
    EOT
  }

  example "the published module cloudposse/eks-cluster 4.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/eks-cluster/aws"
        version = "4.6.0"

        enabled_cluster_log_types = ["audit"]
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/eks-cluster/aws"
        version = "4.6.0"

        enabled_cluster_log_types = ["audit", "api", "authenticator", "controllerManager", "scheduler"]
      }
    EOT
  }
}
