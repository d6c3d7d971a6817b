rule "aws/ssm/parameter-key" {
  title    = "Encrypt a parameter with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Under the account's default key everybody who may read the parameter may
    also decrypt it. A customer managed key splits the two permissions and can
    be disabled in an incident.
  EOT

  references = [
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ssm_parameter",
  ]

  aliases {
    checkov = ["CKV_AWS_337"]
  }

  target {
    resource = "aws_ssm_parameter"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "type" {
    value = "SecureString"
  }

  set "key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "Readers need permission to use the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        value = var.password
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        type   = "SecureString"
        key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        value = var.password
        type  = "SecureString"
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        type   = "SecureString"
        key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        type   = "SecureString"
        key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        for_each = toset(var.names)
        name     = each.key
        value    = var.password
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        for_each = toset(var.names)
        name     = each.key
        value    = var.password
        type     = "SecureString"
        key_id   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        value = var.password
      }
    EOT
    refused = true
  }
}
