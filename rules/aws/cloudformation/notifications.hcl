rule "aws/cloudformation/notifications" {
  title    = "Tell somebody what a stack does"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A stack changes many resources at once. Its events tell at the time what is
    created, replaced or failed, not when somebody looks.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudformation_stack",
  ]

  aliases {
    checkov      = ["CKV_AWS_124"]
    kics         = ["b72d0026-f649-4c91-a9ea-15d8f681ac09"]
    terrascan    = ["AC_AWS_0021"]
    security_hub = ["CloudFormation.1"]
  }

  target {
    resource = "aws_cloudformation_stack"
  }

  param "sns_topic_arn" {
    type        = "expression"
    required    = true
    description = "SNS topic for events of stacks: an ARN or a reference such as aws_sns_topic.stacks.arn."
  }

  set "notification_arns" {
    value   = [param.sns_topic_arn]
    present = true
  }

  applicability {
    level = "safe"
  }

  example "nobody is told" {
    params = { sns_topic_arn = "arn:aws:sns:eu-west-1:111122223333:stacks" }

    before = <<-EOT
      resource "aws_cloudformation_stack" "main" {
        name          = "main"
        template_body = file("stack.yml")
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudformation_stack" "main" {
        name              = "main"
        template_body     = file("stack.yml")
        notification_arns = ["arn:aws:sns:eu-west-1:111122223333:stacks"]
      }
    EOT
  }

  example "nobody has given the topic yet" {
    before  = <<-EOT
      resource "aws_cloudformation_stack" "main" {
        name          = "main"
        template_body = file("stack.yml")
      }
    EOT
    refused = true
  }

  example "told already" {
    params = { sns_topic_arn = "arn:aws:sns:eu-west-1:111122223333:stacks" }

    before    = <<-EOT
      resource "aws_cloudformation_stack" "main" {
        name              = "main"
        template_body     = file("stack.yml")
        notification_arns = [aws_sns_topic.stacks.arn]
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { sns_topic_arn = "arn:aws:sns:eu-west-1:111122223333:stacks" }

    before = <<-EOT
      resource "aws_cloudformation_stack" "main" {
        for_each      = toset(var.names)
        name          = each.key
        template_body = file("stack.yml")
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudformation_stack" "main" {
        for_each          = toset(var.names)
        name              = each.key
        template_body     = file("stack.yml")
        notification_arns = ["arn:aws:sns:eu-west-1:111122223333:stacks"]
      }
    EOT
  }
}
