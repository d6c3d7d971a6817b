rule "aws/cloudtrail/trail-key" {
  title    = "Encrypt CloudTrail's log files with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The trail tells who did what in the account, which is a map for an intruder.
    With a key of one's own, reading it takes a second permission that even
    administrators of the bucket lack.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail",
  ]

  aliases {
    checkov      = ["CKV_AWS_35"]
    trivy        = ["AWS-0015"]
    tfsec        = ["aws-cloudtrail-encryption-customer-managed-key"]
    kics         = ["5d9e3164-9265-470c-9a10-57ae454ac0c7"]
    terrascan    = ["AC_AWS_0033"]
    security_hub = ["CloudTrail.2"]
    prowler      = ["cloudtrail_kms_encryption_enabled"]
    cis_aws      = ["5.0.0/3.5", "3.0.0/3.5"]
  }

  target {
    resource = "aws_cloudtrail"
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
    note  = "The key's policy must let CloudTrail encrypt with it, or delivery stops; readers of the logs need permission to decrypt."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        kms_key_id     = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each       = toset(var.names)
        name           = each.key
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each       = toset(var.names)
        name           = each.key
        s3_bucket_name = aws_s3_bucket.audit.id
        kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    refused = true
  }
}
