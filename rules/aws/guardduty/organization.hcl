rule "aws/guardduty/organization" {
  title    = "Switch GuardDuty on for all accounts of the organisation"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An account without GuardDuty is where an intruder is not noticed. New accounts
    have it from the start only if the organisation's configuration says so.
  EOT

  references = [
    "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/guardduty_organization_configuration",
  ]

  aliases {
    checkov = ["CKV2_AWS_3"]
  }

  target {
    resource = "aws_guardduty_detector"

    reached_from "aws_guardduty_organization_configuration" {
      argument = "detector_id"
    }
  }

  param "guardduty_administrator" {
    type        = "bool"
    default     = false
    description = "True where the code is for the account that the organisation has made GuardDuty's administrator. Only there the configuration can be written anew."
  }

  set "enable" {
    value   = true
    default = true
  }

  companion "aws_guardduty_organization_configuration" {
    link            = "detector_id"
    link_attributes = ["id"]

    body {
      set "auto_enable_organization_members" {
        value  = "ALL"
        one_of = ["ALL", "NEW"]
      }
      detector_id = target.id
    }
  }

  refuse {
    when = !param.guardduty_administrator && !linked("aws_guardduty_organization_configuration", "detector_id")
    note = "Only the organisation's GuardDuty administrator may configure it. Where the code is for that account, set `guardduty_administrator`."
  }

  applicability {
    level = "review"
    cost  = "GuardDuty is billed in every account."
  }

  example "no configuration, in the administrator account" {
    params = { guardduty_administrator = true }

    before = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }
    EOT
    after  = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        auto_enable_organization_members = "ALL"
        detector_id                      = aws_guardduty_detector.main.id
      }
    EOT
  }

  example "no configuration, in some account" {
    before = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }
    EOT
    refused = true
  }

  example "nobody is switched on" {
    address = "aws_guardduty_detector.main"

    before = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = "NONE" # for now
      }
    EOT
    after  = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = "ALL" # for now
      }
    EOT
  }

  example "the detector is off" {
    address = "aws_guardduty_detector.main"

    before = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = false
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = "ALL"
      }
    EOT
    after  = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = "ALL"
      }
    EOT
  }

  example "already right" {
    address = "aws_guardduty_detector.main"

    before   = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = "NEW"
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    address = "aws_guardduty_detector.main"

    before = <<-EOT
      variable "members" {
        type    = string
        default = "NONE"
      }

      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = var.members
      }
    EOT
    after  = <<-EOT
      variable "members" {
        type    = string
        default = "ALL"
      }

      resource "aws_guardduty_detector" "main" {
        enable = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        detector_id                      = aws_guardduty_detector.main.id
        auto_enable_organization_members = var.members
      }
    EOT
  }

  example "one for each name" {
    params = { guardduty_administrator = true }

    before = <<-EOT
      resource "aws_guardduty_detector" "main" {
        for_each = toset(var.names)
        enable   = true
      }
    EOT
    after  = <<-EOT
      resource "aws_guardduty_detector" "main" {
        for_each = toset(var.names)
        enable   = true
      }

      resource "aws_guardduty_organization_configuration" "main" {
        for_each = toset(var.names)

        auto_enable_organization_members = "ALL"
        detector_id                      = aws_guardduty_detector.main[each.key].id
      }
    EOT
  }
}
