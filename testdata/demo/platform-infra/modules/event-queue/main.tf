resource "aws_sqs_queue" "this" {
  name                       = "${var.env}-${var.name}"
  visibility_timeout_seconds = 60
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.env}-${var.name}-dead"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}
