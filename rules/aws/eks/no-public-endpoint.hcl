rule "aws/eks/no-public-endpoint" {
  title    = "Take the API of an EKS cluster off the public internet"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The public endpoint lets anyone on the internet talk to the Kubernetes API,
    so that a leaked token or a flaw in the API server is enough to take the
    cluster over. The private endpoint answers inside the VPC only.
  EOT

  references = [
    "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_39"]
    trivy        = ["AWS-0040"]
    tfsec        = ["aws-eks-no-public-cluster-access"]
    kics         = ["42f4b905-3736-4213-bfe9-c0660518cda8"]
    security_hub = ["EKS.1"]
    prowler      = ["eks_endpoints_not_publicly_accessible"]
  }

  target {
    resource = "aws_eks_cluster"
  }

  set "vpc_config.endpoint_private_access" {
    value         = true
    default       = false
    create_blocks = false
  }

  set "vpc_config.endpoint_public_access" {
    value         = false
    default       = true
    create_blocks = false
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 19.0, < 21.0"

    set "cluster_endpoint_public_access" {
      value   = false
      default = false
    }
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 21.0"

    set "endpoint_public_access" {
      value   = false
      default = false
    }

    set "endpoint_private_access" {
      value   = true
      default = true
    }
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 18.0, < 19.0"

    set "cluster_endpoint_public_access" {
      value = false
    }

    set "cluster_endpoint_private_access" {
      value = true
    }
  }

  module "cloudposse/eks-cluster/aws" {
    version = ">= 0.10"

    set "endpoint_private_access" {
      value = true
    }

    set "endpoint_public_access" {
      value = false
    }
  }

  applicability {
    level     = "review"
    note      = "kubectl, pipelines and the Kubernetes provider of this configuration must reach the VPC from the next apply on, or they lock themselves out."
    behaviour = "The API answers inside the VPC and in networks connected to it only."
  }

  example "endpoints not mentioned" {
    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids = var.subnets
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids              = var.subnets
          endpoint_private_access = true
          endpoint_public_access  = false
        }
      }
    EOT
  }

  example "open in writing" {
    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids             = var.subnets
          endpoint_public_access = true # for the build server
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids              = var.subnets
          endpoint_public_access  = false # for the build server
          endpoint_private_access = true
        }
      }
    EOT
  }

  example "already private" {
    before    = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids              = var.subnets
          endpoint_private_access = true
          endpoint_public_access  = false
        }
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "public" {
        type    = bool
        default = true
      }

      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids              = var.subnets
          endpoint_private_access = true
          endpoint_public_access  = var.public
        }
      }
    EOT
    after  = <<-EOT
      variable "public" {
        type    = bool
        default = false
      }

      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids              = var.subnets
          endpoint_private_access = true
          endpoint_public_access  = var.public
        }
      }
    EOT
  }

  example "the published module" {
    before = <<-EOT
      module "eks" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_endpoint_public_access = true
      }
    EOT
    after  = <<-EOT
      module "eks" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_endpoint_public_access = false
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 21.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 21.0"

        endpoint_public_access = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 21.0"

        endpoint_public_access = false
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 18.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 18.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 18.0"

        cluster_endpoint_public_access  = false
        cluster_endpoint_private_access = true
      }
    EOT
  }

  example "the published module cloudposse/eks-cluster 4.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/eks-cluster/aws"
        version = "4.6.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/eks-cluster/aws"
        version = "4.6.0"

        endpoint_private_access = true
        endpoint_public_access  = false
      }
    EOT
  }
}
