rule "aws/cloudtrail/log-group" {
  title    = "Send a trail to a log group as well"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Files in a bucket are read after the fact. In a log group an alarm can hear
    of a root login or a stopped trail within minutes.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail",
  ]

  aliases {
    checkov      = ["CKV2_AWS_10"]
    security_hub = ["CloudTrail.5"]
  }

  target {
    resource = "aws_cloudtrail"
  }

  param "trail_log_group_arn" {
    type        = "expression"
    required    = true
    description = "Log group for the trail, its ARN with `:*` at the end, as CloudTrail wants it."
  }

  param "trail_log_role_arn" {
    type        = "expression"
    required    = true
    description = "Role with which CloudTrail writes to it: an ARN or a reference such as aws_iam_role.trail.arn."
  }

  set "cloud_watch_logs_group_arn" {
    value   = param.trail_log_group_arn
    present = true
  }

  set "cloud_watch_logs_role_arn" {
    value   = param.trail_log_role_arn
    present = true
  }

  applicability {
    level = "safe"
    cost  = "CloudWatch bills what is written and stored."
  }

  example "no log group" {
    params = { trail_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*", trail_log_role_arn = "arn:aws:iam::111122223333:role/trail" }

    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.trail.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                       = "main"
        s3_bucket_name             = aws_s3_bucket.trail.id
        cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*"
        cloud_watch_logs_role_arn  = "arn:aws:iam::111122223333:role/trail"
      }
    EOT
  }

  example "one for each region" {
    params = { trail_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*", trail_log_role_arn = "arn:aws:iam::111122223333:role/trail" }

    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each       = toset(var.regions)
        name           = "main"
        s3_bucket_name = aws_s3_bucket.trail.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each                   = toset(var.regions)
        name                       = "main"
        s3_bucket_name             = aws_s3_bucket.trail.id
        cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*"
        cloud_watch_logs_role_arn  = "arn:aws:iam::111122223333:role/trail"
      }
    EOT
  }

  example "nobody has named the log group" {
    before  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.trail.id
      }
    EOT
    refused = true
  }

  example "a log group of its own" {
    before    = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                       = "main"
        s3_bucket_name             = aws_s3_bucket.trail.id
        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
        cloud_watch_logs_role_arn  = aws_iam_role.trail.arn
      }
    EOT
    unchanged = true
  }
}
