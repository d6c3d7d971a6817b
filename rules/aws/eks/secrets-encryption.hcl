rule "aws/eks/secrets-encryption" {
  title    = "Encrypt a cluster's secrets with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Kubernetes keeps secrets as plain text in its store. With envelope
    encryption a copy of that store is of no use without the key.
  EOT

  references = [
    "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_58"]
    trivy        = ["AWS-0039"]
    tfsec        = ["aws-eks-encrypt-secrets"]
    kics         = ["63ebcb19-2739-4d3f-aa5c-e8bbb9b85281"]
    security_hub = ["EKS.3"]
    prowler      = ["eks_cluster_kms_cmk_encryption_in_secrets_enabled"]
  }

  target {
    resource = "aws_eks_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "encryption_config" {
    body {
      set "resources" {
        value = ["secrets"]
      }

      provider {
        set "key_arn" {
          value = param.kms_key
          keep  = true
        }
      }
    }
  }

  applicability {
    level = "review"
    note  = "It cannot be switched off again, and a lost key makes the cluster's secrets unreadable; the cluster's role needs permission to use the key."
  }

  example "not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        encryption_config {
          resources = ["secrets"]

          provider {
            key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_eks_cluster" "main" {
        name     = "main"
        role_arn = aws_iam_role.cluster.arn

        encryption_config {
          resources = ["secrets"]

          provider {
            key_arn = aws_kms_key.secrets.arn
          }
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_eks_cluster" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.cluster.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_eks_cluster" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.cluster.arn

        encryption_config {
          resources = ["secrets"]

          provider {
            key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        }
      }
    EOT
  }
}
