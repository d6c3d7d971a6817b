rule "aws/codecommit/two-approvals" {
  title    = "Ask for two approvals"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    One approval is a friend's favour. With two nobody merges alone with the help
    of one other.
  EOT

  references = [
    "https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codecommit_approval_rule_template",
  ]

  aliases {
    checkov = ["CKV_AWS_257"]
  }

  target {
    resource = "aws_codecommit_approval_rule_template"
  }

  set "content[*].Statements[*].NumberOfApprovalsNeeded" {
    value    = 2
    at_least = 2
  }

  applicability {
    level     = "review"
    behaviour = "Pull requests wait for a second approval."
  }

  example "one approval in a heredoc" {
    before = <<-EOT
      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = <<EOF
      {
          "Version": "2018-11-08",
          "Statements": [{
              "Type": "Approvers",
              "NumberOfApprovalsNeeded": 1
          }]
      }
      EOF
      }
    EOT
    after  = <<-EOT
      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = <<EOF
      {
          "Version": "2018-11-08",
          "Statements": [{
              "Type": "Approvers",
              "NumberOfApprovalsNeeded": 2
          }]
      }
      EOF
      }
    EOT
  }

  example "one approval, encoded" {
    before = <<-EOT
      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = 1
          }]
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = 2
          }]
        })
      }
    EOT
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = 3
          }]
        })
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "approvals" {
        type    = number
        default = 1
      }

      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = var.approvals
          }]
        })
      }
    EOT
    after  = <<-EOT
      variable "approvals" {
        type    = number
        default = 2
      }

      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = var.approvals
          }]
        })
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "approvals" {
        type = number
      }

      resource "aws_codecommit_approval_rule_template" "main" {
        name = "approvals"

        content = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = var.approvals
          }]
        })
      }
    EOT
    refused = true
  }
}
