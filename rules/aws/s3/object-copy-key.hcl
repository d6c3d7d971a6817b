rule "aws/s3/object-copy-key" {
  title    = "Encrypt a copied S3 object with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A copy leaves the encryption of its source behind and takes the default of
    the target bucket. Naming a customer managed key keeps the copy as protected
    as the original.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_object_copy",
  ]

  aliases {
    checkov = ["CKV_AWS_181"]
  }

  target {
    resource = "aws_s3_object_copy"
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
    note  = "Readers of the copy need permission to decrypt with the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_object_copy" "main" {
        bucket = "main"
        key    = var.key
        source = var.source
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_object_copy" "main" {
        bucket     = "main"
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        source     = var.source
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_s3_object_copy" "main" {
        bucket     = "main"
        key        = var.key
        source     = var.source
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_object_copy" "main" {
        for_each = toset(var.names)
        bucket   = each.key
        key      = var.key
        source   = var.source
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_object_copy" "main" {
        for_each   = toset(var.names)
        bucket     = each.key
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        source     = var.source
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_s3_object_copy" "main" {
        bucket = "main"
        key    = var.key
        source = var.source
      }
    EOT
    refused = true
  }
}
