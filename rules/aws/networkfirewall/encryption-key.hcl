rule "aws/networkfirewall/encryption-key" {
  title    = "Encrypt Network Firewall with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Rules of a firewall tell what the network looks like inside. A customer
    managed key limits and logs who can read them at rest.
  EOT

  references = [
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/kms-encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/networkfirewall_firewall",
  ]

  aliases {
    checkov = ["CKV_AWS_345", "CKV_AWS_346"]
  }

  target {
    resource = ["aws_networkfirewall_firewall", "aws_networkfirewall_rule_group", "aws_networkfirewall_firewall_policy"]
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "encryption_configuration" {
    body {
      set "key_id" {
        value = param.kms_key
        keep  = true
      }
      type = "CUSTOMER_KMS"
    }
  }

  applicability {
    level = "review"
    note  = "The key's policy must let Network Firewall use it."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        vpc_id              = var.vpc_id
        firewall_policy_arn = var.policy_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        vpc_id              = var.vpc_id
        firewall_policy_arn = var.policy_arn

        encryption_configuration {
          key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          type   = "CUSTOMER_KMS"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        vpc_id              = var.vpc_id
        firewall_policy_arn = var.policy_arn

        encryption_configuration {
          type   = "CUSTOMER_KMS"
          key_id = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.names)
        name                = each.key
        vpc_id              = var.vpc_id
        firewall_policy_arn = var.policy_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        for_each            = toset(var.names)
        name                = each.key
        vpc_id              = var.vpc_id
        firewall_policy_arn = var.policy_arn

        encryption_configuration {
          key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          type   = "CUSTOMER_KMS"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_networkfirewall_firewall" "main" {
        name                = "main"
        vpc_id              = var.vpc_id
        firewall_policy_arn = var.policy_arn
      }
    EOT
    refused = true
  }

  example "a policy" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_networkfirewall_firewall_policy" "main" {
        name = "main"

        firewall_policy {
          stateless_default_actions          = ["aws:forward_to_sfe"]
          stateless_fragment_default_actions = ["aws:drop"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_networkfirewall_firewall_policy" "main" {
        name = "main"

        firewall_policy {
          stateless_default_actions          = ["aws:forward_to_sfe"]
          stateless_fragment_default_actions = ["aws:drop"]
        }

        encryption_configuration {
          key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          type   = "CUSTOMER_KMS"
        }
      }
    EOT
  }
}
