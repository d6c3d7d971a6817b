rule "aws/cloudtrail/sns-topic" {
  title    = "Tell somebody when a trail delivers"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Tools that look at log files as they arrive, and people who notice that none
    arrive any more, need to be told about each delivery.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail",
  ]

  aliases {
    checkov   = ["CKV_AWS_252"]
    kics      = ["482b7d26-0bdb-4b5f-bf6f-545826c0a3dd"]
    terrascan = ["AC_AWS_0035"]
  }

  target {
    resource = "aws_cloudtrail"
  }

  param "sns_topic_name" {
    type        = "expression"
    required    = true
    description = "SNS topic whose policy lets CloudTrail publish: a name or a reference such as aws_sns_topic.trail.name."
  }

  set "sns_topic_name" {
    value   = param.sns_topic_name
    present = true
  }

  applicability {
    level = "safe"
  }

  example "sns topic name not mentioned" {
    params = { sns_topic_name = "trail" }

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
        sns_topic_name = "trail"
      }
    EOT
  }

  example "already right" {
    params = { sns_topic_name = "trail" }

    before    = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
        sns_topic_name = aws_sns_topic.trail.name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { sns_topic_name = "trail" }

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
        sns_topic_name = "trail"
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
