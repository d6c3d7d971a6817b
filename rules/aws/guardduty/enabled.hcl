rule "aws/guardduty/enabled" {
  title    = "Switch threat detection on"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A detector that is declared but switched off looks at nothing, and every
    list of detectors shows it as if it did.
  EOT

  references = [
    "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/guardduty_detector",
  ]

  aliases {
    checkov      = ["CKV_AWS_238"]
    kics         = ["704dadd3-54fc-48ac-b6a0-02f170011473"]
    terrascan    = ["AC_AWS_0131"]
    security_hub = ["GuardDuty.1"]
    prowler      = ["guardduty_is_enabled"]
  }

  target {
    resource = "aws_guardduty_detector"
  }

  set "enable" {
    value   = true
    default = true
  }

  applicability {
    level = "safe"
    cost  = "GuardDuty is billed by the events it looks at."
  }

  example "enable not mentioned" {
    before    = <<-EOT
      resource "aws_guardduty_detector" "main" {

      }
    EOT
    unchanged = true
  }

  example "enable wrong in writing" {
    before = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_guardduty_detector" "main" {
        enable = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_guardduty_detector" "main" {
        enable = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_guardduty_detector" "main" {
        enable = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_guardduty_detector" "main" {
        enable = true
      }
    EOT
    unchanged = true
  }
}
