rule "aws/ebs/encryption-by-default" {
  title    = "Encrypt new volumes of the account by default"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With the default off each volume is encrypted only if somebody remembered.
    With it on, nobody can forget.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ebs_encryption_by_default",
  ]

  aliases {
    checkov      = ["CKV_AWS_106"]
    kics         = ["3d3f6270-546b-443c-adb4-bb6fb2187ca6"]
    terrascan    = ["AC_AWS_0079"]
    security_hub = ["EC2.7"]
    prowler      = ["ec2_ebs_default_encryption"]
    cis_aws      = ["5.0.0/5.1.1", "3.0.0/2.2.1"]
  }

  target {
    resource = "aws_ebs_encryption_by_default"
  }

  set "enabled" {
    value   = true
    default = true
  }

  applicability {
    level = "review"
    note  = "Volumes made by hand and by other tools are encrypted as well from then on."
  }

  example "enabled not mentioned" {
    before    = <<-EOT
      resource "aws_ebs_encryption_by_default" "main" {

      }
    EOT
    unchanged = true
  }

  example "enabled wrong in writing" {
    before = <<-EOT
      resource "aws_ebs_encryption_by_default" "main" {
        enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_encryption_by_default" "main" {
        enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_ebs_encryption_by_default" "main" {
        enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_ebs_encryption_by_default" "main" {
        enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_ebs_encryption_by_default" "main" {
        enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ebs_encryption_by_default" "main" {
        enabled = true
      }
    EOT
    unchanged = true
  }
}
