rule "aws/eks/public-endpoint-sources" {
  title    = "Let only known networks reach the public endpoint of an EKS cluster"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An endpoint that answers the whole internet turns every leaked token and every flaw of the
    Kubernetes API into a way in. Those who work with the cluster come from networks that can be named.
  EOT

  references = [
    "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_cluster#vpc_config",
  ]

  aliases {
    checkov = ["CKV_AWS_38"]
    trivy   = ["AWS-0041"]
    tfsec   = ["aws-eks-no-public-cluster-access-to-cidr"]
    kics    = ["61cf9883-1752-4768-b18c-0d57f2737709"]
    snyk    = ["SNYK-CC-TF-94"]
  }

  target {
    resource = "aws_eks_cluster"
  }

  param "allowed_cidrs" {
    type        = "cidr_list"
    required    = true
    description = "Who may reach it instead of everybody: CIDR blocks, IPv4 or IPv6. Only the owner of the service knows."
  }

  set "vpc_config.public_access_cidrs" {
    value   = [for cidr in param.allowed_cidrs : cidr if !strcontains(cidr, ":")]
    present = true
    when    = target.vpc_config.endpoint_public_access != false
  }

  narrow "vpc_config.public_access_cidrs" {
    drop = ["0.0.0.0/0"]
    to   = param.allowed_cidrs
    when = target.vpc_config.endpoint_public_access != false
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 21.0"

    set "endpoint_public_access_cidrs" {
      value   = param.allowed_cidrs
      present = true
      when    = target.endpoint_public_access == true
    }

    narrow "endpoint_public_access_cidrs" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
      when = target.endpoint_public_access == true
    }
  }

  module "terraform-aws-modules/eks/aws" {
    version = ">= 19.0, < 21.0"

    set "cluster_endpoint_public_access_cidrs" {
      value   = param.allowed_cidrs
      present = true
      when    = target.cluster_endpoint_public_access == true
    }

    narrow "cluster_endpoint_public_access_cidrs" {
      drop = ["0.0.0.0/0"]
      to   = param.allowed_cidrs
      when = target.cluster_endpoint_public_access == true
    }
  }

  applicability {
    level     = "review"
    note      = "kubectl, pipelines and nodes that come from outside the remaining networks are locked out from the next apply on; nodes in private subnets need the private endpoint or a NAT address in the list."
    behaviour = "The public endpoint drops connections from other networks."
  }

  example "sources not mentioned" {
    params = { allowed_cidrs = ["203.0.113.0/24"] }

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
          subnet_ids          = var.subnets
          public_access_cidrs = ["203.0.113.0/24"]
        }
      }
    EOT
  }

  example "open to the world in writing" {
    params = { allowed_cidrs = ["203.0.113.0/24"] }

    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids          = var.subnets
          public_access_cidrs = ["0.0.0.0/0"] # for the pipeline
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids          = var.subnets
          public_access_cidrs = ["203.0.113.0/24"] # for the pipeline
        }
      }
    EOT
  }

  example "no public endpoint" {
    before    = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids             = var.subnets
          endpoint_public_access = false
          public_access_cidrs    = ["0.0.0.0/0"]
        }
      }
    EOT
    unchanged = true
  }

  example "no public endpoint and no sources" {
    before    = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids             = var.subnets
          endpoint_public_access = false
        }
      }
    EOT
    unchanged = true
  }

  example "nobody has given the networks yet" {
    before  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        vpc_config {
          subnet_ids = var.subnets
        }
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/eks ~> 21.0" {
    params = {
      allowed_cidrs = ["203.0.113.0/24"]
    }

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

        endpoint_public_access       = true
        endpoint_public_access_cidrs = ["203.0.113.0/24"]
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 21.0 with endpoint_public_access_cidrs" {
    params = {
      allowed_cidrs = ["203.0.113.0/24"]
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 21.0"

        endpoint_public_access       = true
        endpoint_public_access_cidrs = ["0.0.0.0/0"]
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 21.0"

        endpoint_public_access       = true
        endpoint_public_access_cidrs = ["203.0.113.0/24"]
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 20.0" {
    params = {
      allowed_cidrs = ["203.0.113.0/24"]
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_endpoint_public_access = true
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_endpoint_public_access       = true
        cluster_endpoint_public_access_cidrs = ["203.0.113.0/24"]
      }
    EOT
  }

  example "the published module terraform-aws-modules/eks ~> 20.0 with cluster_endpoint_public_access_cidrs" {
    params = {
      allowed_cidrs = ["203.0.113.0/24"]
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_endpoint_public_access       = true
        cluster_endpoint_public_access_cidrs = ["0.0.0.0/0"]
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/eks/aws"
        version = "~> 20.0"

        cluster_endpoint_public_access       = true
        cluster_endpoint_public_access_cidrs = ["203.0.113.0/24"]
      }
    EOT
  }
}
