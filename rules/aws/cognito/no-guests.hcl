rule "aws/cognito/no-guests" {
  title    = "Give guests no AWS credentials"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A pool that lets guests in hands AWS credentials to anyone who asks. What
    their role may do is then open to the internet.
  EOT

  references = [
    "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_identity_pool",
  ]

  aliases {
    checkov      = ["CKV_AWS_366"]
    security_hub = ["Cognito.2"]
    prowler      = ["cognito_identity_pool_guest_access_disabled"]
  }

  target {
    resource = "aws_cognito_identity_pool"
  }

  set "allow_unauthenticated_identities" {
    value = false
  }

  applicability {
    level = "review"
    note  = "Parts of an application that work without signing in lose their AWS credentials."
  }

  example "allow unauthenticated identities not mentioned" {
    before = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = false
      }
    EOT
  }

  example "allow unauthenticated identities wrong in writing" {
    before = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = true # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = false # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        identity_pool_name               = "main"
        allow_unauthenticated_identities = false
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        for_each           = toset(var.names)
        identity_pool_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_cognito_identity_pool" "main" {
        for_each                         = toset(var.names)
        identity_pool_name               = "main"
        allow_unauthenticated_identities = false
      }
    EOT
  }
}
