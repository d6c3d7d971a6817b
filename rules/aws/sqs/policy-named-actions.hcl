rule "aws/sqs/policy-named-actions" {
  title    = "Name the actions that a queue policy allows"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A star for actions lets whoever may send also read, delete and re-permit the
    queue.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_72"]
    trivy   = ["AWS-0097"]
    tfsec   = ["aws-sqs-no-wildcards-in-policy-documents"]
    kics    = ["816ea8cf-d589-442d-a917-2dd0ce0e45e3"]
  }

  target {
    resource = "aws_sqs_queue_policy"
  }

  param "queue_actions" {
    type        = "string_list"
    required    = true
    description = "What those whom the policy names may do, such as sqs:SendMessage; give them with the fix of one policy, for they are its own."
  }

  statement "policy" {
    where = statement.effect != "Deny" && anytrue([for action in statement.actions : try(contains(["*", "sqs:*"], lower(action)), false)])

    set {
      actions = param.queue_actions
    }
  }

  applicability {
    level     = "review"
    note      = "Actions that are not named are refused from the next apply on."
    behaviour = "Actions that the policy no longer allows are refused."
  }

  example "every action" {
    params = { queue_actions = ["sqs:SendMessage"] }

    before = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "*"
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = ["sqs:SendMessage"]
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
  }

  example "every action of queues, among others" {
    params = { queue_actions = ["sqs:SendMessage"] }

    before = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = ["sqs:SendMessage", "SQS:*"]
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = ["sqs:SendMessage"]
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
  }

  example "one for each name" {
    params = { queue_actions = ["sqs:SendMessage"] }

    before = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        for_each  = toset(var.names)
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "*"
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        for_each  = toset(var.names)
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = ["sqs:SendMessage"]
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
  }

  example "nobody has named the actions" {
    before  = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "*"
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
    refused = true
  }

  example "the policy comes from the caller" {
    params = { queue_actions = ["sqs:SendMessage"] }

    before  = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id
        policy    = var.policy
      }
    EOT
    refused = true
  }

  example "one action" {
    before    = <<-EOT
      resource "aws_sqs_queue_policy" "orders" {
        queue_url = aws_sqs_queue.orders.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "sqs:SendMessage"
              Resource  = aws_sqs_queue.orders.arn
            },
          ]
        })
      }
    EOT
    unchanged = true
  }
}
