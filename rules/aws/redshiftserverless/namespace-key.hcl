rule "aws/redshiftserverless/namespace-key" {
  title    = "Encrypt a Redshift Serverless namespace with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    By default the namespace is encrypted with a key that AWS owns and nobody
    can audit. A customer managed key shows each use and can be disabled in an
    incident.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-workgroups-and-namespaces-rotate-kms-key.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshiftserverless_namespace",
  ]

  aliases {
    checkov      = ["CKV_AWS_282"]
    security_hub = ["RedshiftServerless.4"]
  }

  target {
    resource = "aws_redshiftserverless_namespace"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "Re-encryption runs in the background; queries may be slower meanwhile."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshiftserverless_namespace" "main" {
        namespace_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshiftserverless_namespace" "main" {
        namespace_name = "main"
        kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_redshiftserverless_namespace" "main" {
        namespace_name = "main"
        kms_key_id     = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshiftserverless_namespace" "main" {
        for_each       = toset(var.names)
        namespace_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshiftserverless_namespace" "main" {
        for_each       = toset(var.names)
        namespace_name = "main"
        kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_redshiftserverless_namespace" "main" {
        namespace_name = "main"
      }
    EOT
    refused = true
  }
}
