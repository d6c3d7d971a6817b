rule "aws/ecr/kms-encryption" {
  title    = "Encrypt container images with a KMS key"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Images hold the code and sometimes the secrets of what runs. With a KMS key
    each pull is a use of the key that is logged and can be stopped.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository",
  ]

  aliases {
    checkov   = ["CKV_AWS_136"]
    trivy     = ["AWS-0033"]
    tfsec     = ["aws-ecr-repository-customer-key"]
    terrascan = ["AC_AWS_0461"]
  }

  target {
    resource = "aws_ecr_repository"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an ARN or a reference such as aws_kms_key.images.arn. Null means the AWS managed key aws/ecr."
  }

  block "encryption_configuration" {
    body {
      set "encryption_type" {
        value  = "KMS"
        one_of = ["KMS", "KMS_DSSE"]
      }
      set "kms_key" {
        value = param.kms_key
        keep  = true
        # To give a key to a repository that has KMS already would replace it, images and all.
        when = param.kms_key != null && !contains(["KMS", "KMS_DSSE"], target.encryption_configuration.encryption_type)
      }
    }
  }

  module "terraform-aws-modules/ecr/aws" {
    version = ">= 1.0"

    set "repository_kms_key" {
      value   = param.kms_key
      present = true
      when    = param.kms_key != null && !contains(["KMS", "KMS_DSSE"], target.repository_encryption_type)
    }

    set "repository_encryption_type" {
      value  = "KMS"
      one_of = ["KMS", "KMS_DSSE"]
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the repository, which deletes its images."
    replacement = true
    data_loss   = "Images in the repository."

    runbook = <<-EOT
      1. Create a second repository with the key beside this one and copy the images that run.
      2. Point pipelines and deployments to it.
      3. Remove the old repository.
    EOT
  }

  example "encryption type not mentioned" {
    before = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "app"
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = "KMS"
        }
      }
    EOT
  }

  example "encryption type wrong in writing" {
    before = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = "AES256" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = "KMS" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "AES256"
      }

      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "KMS"
      }

      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "app"

        encryption_configuration {
          encryption_type = "KMS"
        }
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
        for_each = toset(var.names)
        name     = each.key

        encryption_configuration {
          encryption_type = "KMS"
        }
      }
    EOT
  }

  example "the published module terraform-aws-modules/ecr ~> 2.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"

        repository_encryption_type = "KMS"
      }
    EOT
  }

  example "with the organisation's key" {
    params = { kms_key = aws_kms_key.images.arn }

    before = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "orders"
      }

      resource "aws_kms_key" "images" {
        enable_key_rotation = true
      }
    EOT
    after  = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "orders"

        encryption_configuration {
          encryption_type = "KMS"
          kms_key         = aws_kms_key.images.arn
        }
      }

      resource "aws_kms_key" "images" {
        enable_key_rotation = true
      }
    EOT
  }

  example "already encrypted with the key of AWS, where the organisation has its own" {
    params = { kms_key = aws_kms_key.images.arn }

    before    = <<-EOT
      resource "aws_ecr_repository" "main" {
        name = "orders"

        encryption_configuration {
          encryption_type = "KMS"
        }
      }
    EOT
    unchanged = true
  }

  example "the published module terraform-aws-modules/ecr ~> 2.0, encrypted already" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ecr/aws"
        version = "~> 2.0"

        repository_encryption_type = "KMS"
      }
    EOT
    unchanged = true
  }
}
