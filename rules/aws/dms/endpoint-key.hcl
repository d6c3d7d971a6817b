rule "aws/dms/endpoint-key" {
  title    = "Encrypt the connection details of a DMS endpoint with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An endpoint holds the address and the password of a database. A customer
    managed key keeps those apart from everything else the account encrypts by
    default.
  EOT

  references = [
    "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dms_endpoint",
  ]

  aliases {
    checkov = ["CKV_AWS_296", "CKV_AWS_298"]
  }

  target {
    resource = ["aws_dms_endpoint", "aws_dms_s3_endpoint"]
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  refuse {
    when = resource.type == "aws_dms_endpoint" && target.engine_name == "s3"
    note = "This is an endpoint for S3, or may be, and the key of such a one is not its own: what it writes is encrypted as `s3_settings` say, which newer providers have moved to `aws_dms_s3_endpoint`. Move the endpoint there first."
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the endpoint; stop the replication tasks that use it first."
    replacement = "Terraform creates the endpoint anew; replication tasks stop meanwhile."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        kms_key_arn   = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dms_endpoint" "main" {
        for_each      = toset(var.names)
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        for_each      = toset(var.names)
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
      }
    EOT
    refused = true
  }

  example "an endpoint for S3" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "target"
        engine_name   = "s3"
      }
    EOT
    refused = true
  }

  example "an endpoint in S3" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dms_s3_endpoint" "lake" {
        endpoint_id             = "lake"
        endpoint_type           = "target"
        bucket_name             = aws_s3_bucket.lake.bucket
        service_access_role_arn = aws_iam_role.dms.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_s3_endpoint" "lake" {
        endpoint_id             = "lake"
        endpoint_type           = "target"
        bucket_name             = aws_s3_bucket.lake.bucket
        service_access_role_arn = aws_iam_role.dms.arn
        kms_key_arn             = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
