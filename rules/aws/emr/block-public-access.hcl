rule "aws/emr/block-public-access" {
  title    = "Stop clusters that are open to the internet"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An EMR cluster with an open port has been a miner's within the hour more
    than once. This setting of the account keeps such a cluster from starting.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-block-public-access.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_block_public_access_configuration",
  ]

  aliases {
    checkov      = ["CKV_AWS_390"]
    security_hub = ["EMR.2"]
    prowler      = ["emr_cluster_account_public_block_enabled"]
  }

  target {
    resource = "aws_emr_block_public_access_configuration"
  }

  set "block_public_security_group_rules" {
    value = true
  }

  applicability {
    level = "review"
    note  = "Clusters whose security groups let everybody in can no longer be started."
  }

  example "block public security group rules not mentioned" {
    before = <<-EOT
      resource "aws_emr_block_public_access_configuration" "main" {

      }
    EOT
    after  = <<-EOT
      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = true

      }
    EOT
  }

  example "block public security group rules wrong in writing" {
    before = <<-EOT
      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_emr_block_public_access_configuration" "main" {
        block_public_security_group_rules = true
      }
    EOT
    unchanged = true
  }
}
