rule "aws/s3/object-key" {
  title    = "Encrypt an S3 object with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An object that Terraform uploads is configuration, code or a certificate. A
    customer managed key puts a second permission before reading it.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_object",
  ]

  aliases {
    checkov = ["CKV_AWS_186"]
  }

  target {
    resource = ["aws_s3_bucket_object", "aws_s3_object"]
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
    note  = "Readers of the object need permission to decrypt with the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket = "main"
        key    = var.key
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket     = "main"
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket     = "main"
        key        = var.key
        kms_key_id = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        for_each = toset(var.names)
        bucket   = each.key
        key      = var.key
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        for_each   = toset(var.names)
        bucket     = each.key
        key        = var.key
        kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_s3_bucket_object" "main" {
        bucket = "main"
        key    = var.key
      }
    EOT
    refused = true
  }
}
