rule "aws/cloudtrail/log-group" {
  title    = "Send a trail to CloudWatch Logs as well"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A trail in a bucket is read after the fact. In a log group filters and alarms
    see the event minutes after it happened, and somebody can still act.
  EOT

  references = [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail",
  ]

  aliases {
    checkov      = ["CKV2_AWS_10"]
    trivy        = ["AWS-0162"]
    tfsec        = ["aws-cloudtrail-ensure-cloudwatch-integration"]
    kics         = ["17b30f8f-8dfb-4597-adf6-57600b6cf25e"]
    security_hub = ["CloudTrail.5"]
    prowler      = ["cloudtrail_cloudwatch_logging_enabled"]
  }

  target {
    resource = "aws_cloudtrail"
  }

  param "trail_log_group_arn" {
    type        = "expression"
    default     = null
    description = "CloudWatch log group for trails, its ARN ending in :* as the service wants it. Null means a log group of its own, written beside the trail."
  }
  param "trail_log_role_arn" {
    type        = "expression"
    default     = null
    description = "Role that CloudTrail assumes to write there. Null means a role of its own, which may write to the log group of its own."
  }
  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  set "cloud_watch_logs_group_arn" {
    value   = param.trail_log_group_arn
    present = true
    when    = param.trail_log_group_arn != null
  }

  set "cloud_watch_logs_role_arn" {
    value   = param.trail_log_role_arn
    present = true
    when    = param.trail_log_group_arn != null
  }

  companion "aws_cloudwatch_log_group" {
    referenced_by = "cloud_watch_logs_group_arn"
    attribute     = "arn"
    suffix        = ":*"
    name          = format("%s_trail", resource.name)
    when          = param.trail_log_group_arn == null

    body {
      name              = format("/aws/cloudtrail/%s", target.name)
      retention_in_days = 365
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
        when  = param.kms_key != null
      }
    }
  }

  companion "aws_iam_role" {
    referenced_by = "cloud_watch_logs_role_arn"
    attribute     = "arn"
    name          = format("%s_trail", resource.name)
    when          = param.trail_log_group_arn == null && companion("aws_cloudwatch_log_group") != null

    body {
      assume_role_policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "cloudtrail.amazonaws.com" }
        }]
      })
    }
  }

  companion "aws_iam_role_policy" {
    link            = "role"
    link_to         = "aws_iam_role"
    link_attributes = ["id", "name"]
    name            = format("%s_trail", resource.name)
    when            = param.trail_log_group_arn == null && companion("aws_cloudwatch_log_group") != null

    body {
      set "policy" {
        value = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${companion("aws_cloudwatch_log_group").arn}:log-stream:*"
          }]
        })
        keep = true
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "in a bucket only" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                       = "main"
        s3_bucket_name             = aws_s3_bucket.audit.id
        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.main_trail.arn}:*"
        cloud_watch_logs_role_arn  = aws_iam_role.main_trail.arn
      }

      resource "aws_iam_role_policy" "main_trail" {
        role = aws_iam_role.main_trail.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_trail.arn}:log-stream:*"
          }]
        })
      }

      resource "aws_iam_role" "main_trail" {
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "cloudtrail.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_trail" {
        name              = "/aws/cloudtrail/main"
        retention_in_days = 365
      }
    EOT
  }

  example "a log group that the module has already" {
    before   = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id

        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.audit.arn}:*"
        cloud_watch_logs_role_arn  = aws_iam_role.audit.arn
      }
    EOT
    unchanged = true
  }

  example "a log group of the module, whose role is for its owner" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id

        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.audit.arn}:*"
      }
    EOT
    unchanged = true
  }

  example "the organisation's log group" {
    params = { trail_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:audit:*", trail_log_role_arn = "arn:aws:iam::111122223333:role/audit" }

    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                       = "main"
        s3_bucket_name             = aws_s3_bucket.audit.id
        cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:audit:*"
        cloud_watch_logs_role_arn  = "arn:aws:iam::111122223333:role/audit"
      }
    EOT
  }

  example "its name is a variable" {
    before = <<-EOT
      variable "name" {
        type    = string
        default = "main"
      }

      resource "aws_cloudtrail" "main" {
        name           = var.name
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      variable "name" {
        type    = string
        default = "main"
      }

      resource "aws_cloudtrail" "main" {
        name                       = var.name
        s3_bucket_name             = aws_s3_bucket.audit.id
        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.main_trail.arn}:*"
        cloud_watch_logs_role_arn  = aws_iam_role.main_trail.arn
      }

      resource "aws_iam_role_policy" "main_trail" {
        role = aws_iam_role.main_trail.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_trail.arn}:log-stream:*"
          }]
        })
      }

      resource "aws_iam_role" "main_trail" {
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "cloudtrail.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_trail" {
        name              = "/aws/cloudtrail/${var.name}"
        retention_in_days = 365
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each       = toset(var.names)
        name           = each.key
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        for_each                   = toset(var.names)
        name                       = each.key
        s3_bucket_name             = aws_s3_bucket.audit.id
        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.main_trail[each.key].arn}:*"
        cloud_watch_logs_role_arn  = aws_iam_role.main_trail[each.key].arn
      }

      resource "aws_iam_role_policy" "main_trail" {
        for_each = toset(var.names)

        role = aws_iam_role.main_trail[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_trail[each.key].arn}:log-stream:*"
          }]
        })
      }

      resource "aws_iam_role" "main_trail" {
        for_each = toset(var.names)

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "cloudtrail.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_trail" {
        for_each = toset(var.names)

        name              = "/aws/cloudtrail/${each.key}"
        retention_in_days = 365
      }
    EOT
  }

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_cloudtrail" "main" {
        name           = "main"
        s3_bucket_name = aws_s3_bucket.audit.id
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudtrail" "main" {
        name                       = "main"
        s3_bucket_name             = aws_s3_bucket.audit.id
        cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.main_trail.arn}:*"
        cloud_watch_logs_role_arn  = aws_iam_role.main_trail.arn
      }

      resource "aws_iam_role_policy" "main_trail" {
        role = aws_iam_role.main_trail.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_trail.arn}:log-stream:*"
          }]
        })
      }

      resource "aws_iam_role" "main_trail" {
        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "cloudtrail.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_trail" {
        name              = "/aws/cloudtrail/main"
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
