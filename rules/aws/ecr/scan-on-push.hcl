rule "aws/ecr/scan-on-push" {
  title    = "Scan container images for vulnerabilities when they are pushed"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A scan at push time tells the team that built an image about known
    vulnerabilities in its operating system packages before the image runs
    anywhere. It is free, and off unless asked for.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_163"]
    trivy        = ["AWS-0030"]
    tfsec        = ["aws-ecr-enable-image-scans"]
    kics         = ["9630336b-3fed-4096-8173-b9afdfe346a7"]
    terrascan    = ["AC_AWS_0083"]
    snyk         = ["SNYK-CC-TF-61"]
    security_hub = ["ECR.1"]
    prowler      = ["ecr_repositories_scan_images_on_push_enabled"]
  }

  target {
    resource = "aws_ecr_repository"
  }

  set "image_scanning_configuration.scan_on_push" {
    value   = true
    default = false
  }

  module "terraform-aws-modules/ecr/aws" {
    version = ">= 1.0"

    set "repository_image_scan_on_push" {
      value   = true
      default = true
    }
  }

  module "cloudposse/ecr/aws" {
    version = ">= 0.30"

    set "scan_images_on_push" {
      value = true
    }
  }

  applicability {
    level = "safe"
  }

  example "scan on push not mentioned" {
    before = <<-EOT
      resource "aws_ecr_repository" "app" {
        name = "app"
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = true
        }
      }
    EOT
  }

  example "scan on push wrong in writing" {
    before = <<-EOT
      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = true # decided in 2019
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

      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ecr_repository" "app" {
        name = "app"

        image_scanning_configuration {
          scan_on_push = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_ecr_repository" "app" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "app" {
        for_each = toset(var.names)
        name     = each.key

        image_scanning_configuration {
          scan_on_push = true
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/ecr ~> 2.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"

        repository_image_scan_on_push = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"

        repository_image_scan_on_push = true
      }
    EOT
  }

  example "the published module cloudposse/ecr 0.42.1" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ecr/aws"
        version = "0.42.1"

        scan_images_on_push = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ecr/aws"
        version = "0.42.1"

        scan_images_on_push = true
      }
    EOT
  }
}
