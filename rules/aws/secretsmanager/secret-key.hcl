rule "aws/secretsmanager/secret-key" {
  title    = "Encrypt a secret with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Under the account's default key everybody who may read the secret may also
    decrypt it, and it cannot be shared with another account. A customer managed
    key splits the two permissions and logs each use.
  EOT

  references = [
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/secretsmanager_secret",
  ]

  aliases {
    checkov   = ["CKV_AWS_149"]
    trivy     = ["AWS-0098"]
    tfsec     = ["aws-ssm-secret-use-customer-key"]
    kics      = ["a2f548f2-188c-4fff-b172-e9a6acb216bd"]
    terrascan = ["AC_AWS_0500"]
  }

  target {
    resource = "aws_secretsmanager_secret"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
    when    = !try(strcontains(target.kms_key_id, "alias/aws/"), false)
  }

  set "kms_key_id" {
    value = param.kms_key
    when  = try(strcontains(target.kms_key_id, "alias/aws/"), false)
  }

  applicability {
    level = "review"
    note  = "Whoever reads the secret needs permission to decrypt with the key as well."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_secretsmanager_secret" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret" "main" {
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_secretsmanager_secret" "main" {
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_secretsmanager_secret" "main" {
        for_each = toset(var.names)
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret" "main" {
        for_each = toset(var.names)

        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_secretsmanager_secret" "main" {

      }
    EOT
    refused = true
  }

  example "the key that AWS manages" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_secretsmanager_secret" "main" {
        name       = "orders"
        kms_key_id = "alias/aws/secretsmanager"
      }
    EOT
    after  = <<-EOT
      resource "aws_secretsmanager_secret" "main" {
        name       = "orders"
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "the key that AWS manages, by a variable" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      variable "secret_key" {
        type    = string
        default = "alias/aws/secretsmanager"
      }

      resource "aws_secretsmanager_secret" "main" {
        name       = "orders"
        kms_key_id = var.secret_key
      }
    EOT
    after  = <<-EOT
      variable "secret_key" {
        type    = string
        default = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }

      resource "aws_secretsmanager_secret" "main" {
        name       = "orders"
        kms_key_id = var.secret_key
      }
    EOT
  }
}
