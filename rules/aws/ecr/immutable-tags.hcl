rule "aws/ecr/immutable-tags" {
  title    = "Forbid moving a container image's tag"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A tag that can be moved means that what was tested need not be what runs.
    With immutable tags nobody replaces an image under a name that is already
    deployed.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository",
  ]

  aliases {
    checkov      = ["CKV_AWS_51"]
    trivy        = ["AWS-0031"]
    tfsec        = ["aws-ecr-enforce-immutable-repository"]
    kics         = ["d1846b12-20c5-4d45-8798-fc35b79268eb"]
    terrascan    = ["AC_AWS_0447"]
    snyk         = ["SNYK-CC-TF-126"]
    security_hub = ["ECR.2"]
    prowler      = ["ecr_repositories_tag_immutability"]
  }

  target {
    resource = "aws_ecr_repository"
  }

  set "image_tag_mutability" {
    value  = "IMMUTABLE"
    one_of = ["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"]
  }

  module "terraform-aws-modules/ecr/aws" {
    version = ">= 1.0"

    set "repository_image_tag_mutability" {
      value   = "IMMUTABLE"
      one_of  = ["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"]
      default = "IMMUTABLE"
    }
  }

  module "cloudposse/ecr/aws" {
    version = ">= 0.30"

    set "image_tag_mutability" {
      value  = "IMMUTABLE"
      one_of = ["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"]
    }
  }

  applicability {
    level = "review"
    note  = "A pipeline that pushes the same tag again (latest, say) fails from then on; push a new tag each time."
  }

  example "image tag mutability not mentioned" {
    before = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "app"
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = "IMMUTABLE"
      }
    EOT
  }

  example "image tag mutability wrong in writing" {
    before = <<-EOT
      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = "MUTABLE" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = "IMMUTABLE" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "MUTABLE"
      }

      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "IMMUTABLE"
      }

      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ecr_repository" "main" {
        name                 = "app"
        image_tag_mutability = "IMMUTABLE"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_ecr_repository" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "main" {
        for_each             = toset(var.names)
        name                 = each.key
        image_tag_mutability = "IMMUTABLE"
      }
    EOT
  }

  example "the published module terraform-aws-modules/ecr ~> 2.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"

        repository_image_tag_mutability = "MUTABLE"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"

        repository_image_tag_mutability = "IMMUTABLE"
      }
    EOT
  }

  example "the published module cloudposse/ecr 0.42.1" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ecr/aws"
        version = "0.42.1"

        image_tag_mutability = "MUTABLE"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ecr/aws"
        version = "0.42.1"

        image_tag_mutability = "IMMUTABLE"
      }
    EOT
  }
}
