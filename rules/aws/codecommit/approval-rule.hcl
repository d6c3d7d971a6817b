rule "aws/codecommit/approval-rule" {
  title    = "Ask for approvals before a change is merged"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without an approval rule whoever may push may merge what nobody else has
    read.
  EOT

  references = [
    "https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codecommit_approval_rule_template_association",
  ]

  aliases {
    checkov = ["CKV2_AWS_37"]
  }

  target {
    resource = "aws_codecommit_repository"
  }

  param "approval_template_name" {
    type        = "expression"
    default     = null
    description = "Approval rule template to associate: its name or a reference. Null means a template of its own, written beside the repository."
  }
  param "approvals" {
    type        = "number"
    default     = 2
    description = "Approvals that a template of its own asks for."
  }

  companion "aws_codecommit_approval_rule_template" {
    link            = "name"
    link_attributes = ["repository_name"]
    when            = param.approval_template_name == null && !linked("aws_codecommit_approval_rule_template_association", "repository_name")

    body {
      name = target.repository_name

      set "content" {
        value = jsonencode({
          Version = "2018-11-08"
          Statements = [{
            Type                    = "Approvers"
            NumberOfApprovalsNeeded = param.approvals
          }]
        })
        keep = true
      }
    }
  }

  companion "aws_codecommit_approval_rule_template_association" {
    link            = "repository_name"
    link_attributes = ["repository_name"]

    body {
      set "approval_rule_template_name" {
        value = param.approval_template_name != null ? param.approval_template_name : companion("aws_codecommit_approval_rule_template").name
        keep  = true
      }
      repository_name = target.repository_name
    }
  }

  applicability {
    level     = "review"
    note      = "A template of its own lets everybody who may read the repository approve; name a pool of approvers in it to ask for certain people."
    behaviour = "Pull requests wait for approvals."
  }

  example "nobody is asked" {
    before = <<-EOT
      resource "aws_codecommit_repository" "app" {
        repository_name = "app"
      }
    EOT
    after  = <<-EOT
      resource "aws_codecommit_repository" "app" {
        repository_name = "app"
      }

      resource "aws_codecommit_approval_rule_template_association" "app" {
        approval_rule_template_name = aws_codecommit_approval_rule_template.app.name
        repository_name             = aws_codecommit_repository.app.repository_name
      }

      resource "aws_codecommit_approval_rule_template" "app" {
        name = aws_codecommit_repository.app.repository_name

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

  example "the organisation's template" {
    params = { approval_template_name = "two-approvals" }

    before = <<-EOT
      resource "aws_codecommit_repository" "app" {
        repository_name = "app"
      }
    EOT
    after  = <<-EOT
      resource "aws_codecommit_repository" "app" {
        repository_name = "app"
      }

      resource "aws_codecommit_approval_rule_template_association" "app" {
        approval_rule_template_name = "two-approvals"
        repository_name             = aws_codecommit_repository.app.repository_name
      }
    EOT
  }

  example "already asked for" {
    address = "aws_codecommit_repository.app"

    before   = <<-EOT
      resource "aws_codecommit_repository" "app" {
        repository_name = "app"
      }

      resource "aws_codecommit_approval_rule_template_association" "app" {
        approval_rule_template_name = aws_codecommit_approval_rule_template.two.name
        repository_name             = aws_codecommit_repository.app.repository_name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_codecommit_repository" "app" {
        for_each        = toset(var.names)
        repository_name = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_codecommit_repository" "app" {
        for_each        = toset(var.names)
        repository_name = each.key
      }

      resource "aws_codecommit_approval_rule_template_association" "app" {
        for_each = toset(var.names)

        approval_rule_template_name = aws_codecommit_approval_rule_template.app[each.key].name
        repository_name             = aws_codecommit_repository.app[each.key].repository_name
      }

      resource "aws_codecommit_approval_rule_template" "app" {
        for_each = toset(var.names)

        name = aws_codecommit_repository.app[each.key].repository_name

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
}
