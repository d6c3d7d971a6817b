rule "aws/s3/event-notifications" {
  title    = "Announce what happens to the objects in a bucket"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without events nobody hears of a mass deletion or a strange upload until
    somebody looks. Sent to EventBridge they are there for whoever wants to act
    on them; nothing is done with them by itself.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
  ]

  aliases {
    checkov      = ["CKV2_AWS_62"]
    security_hub = ["S3.11"]
    prowler      = ["s3_bucket_event_notifications_enabled"]
  }

  target {
    resource = "aws_s3_bucket"
  }

  companion "aws_s3_bucket_notification" {
    link = "bucket"

    body {
      bucket = target.id
      set "eventbridge" {
        value = true
        when  = !linked("aws_s3_bucket_notification", "bucket")
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Events that EventBridge gets from S3 are billed by number."
  }

  example "no notifications" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_notification" "data" {
        bucket      = aws_s3_bucket.data.id
        eventbridge = true
      }
    EOT
  }

  example "one bucket per tenant" {
    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }

      resource "aws_s3_bucket_notification" "data" {
        for_each = toset(var.tenants)

        bucket      = aws_s3_bucket.data[each.key].id
        eventbridge = true
      }
    EOT
  }

  example "a queue is told already" {
    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_notification" "data" {
        bucket = aws_s3_bucket.data.id

        queue {
          queue_arn = aws_sqs_queue.inbox.arn
          events    = ["s3:ObjectCreated:*"]
        }
      }
    EOT
    unchanged = true
  }
}
