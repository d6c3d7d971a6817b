rule "aws/kms/key-rotation" {
  title    = "Rotate the material of a KMS key every year"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Rotation gives the key new material each year and keeps the old for
    decryption, so that less data depends on any one secret. Nothing that uses
    the key has to change.
  EOT

  references = [
    "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_7"]
    trivy        = ["AWS-0065"]
    tfsec        = ["aws-kms-auto-rotate-keys"]
    kics         = ["22fbfeac-7b5a-421a-8a27-7a2178bb910b"]
    terrascan    = ["AC_AWS_0160"]
    security_hub = ["KMS.4"]
    prowler      = ["kms_cmk_rotation_enabled"]
    cis_aws      = ["5.0.0/3.6", "3.0.0/3.6"]
  }

  target {
    resource = "aws_kms_key"
  }

  set "enable_key_rotation" {
    value   = true
    default = false
  }

  module "terraform-aws-modules/kms/aws" {
    version = ">= 1.0"

    set "enable_key_rotation" {
      value   = true
      default = true
    }
  }

  module "cloudposse/kms-key/aws" {
    version = ">= 0.10"

    set "enable_key_rotation" {
      value   = true
      default = true
    }
  }

  refuse {
    when = target.customer_master_key_spec != null && target.customer_master_key_spec != "SYMMETRIC_DEFAULT"
    note = "AWS rotates symmetric keys only, and this one is not known to be one. An asymmetric or HMAC key is replaced by hand, together with everything that uses it."
  }
  refuse {
    when = target.custom_key_store_id != null
    note = "AWS does not rotate keys of a custom key store, where this one is, or may be."
  }

  applicability {
    level = "safe"
    cost  = "The first and second rotation each add the price of a key per month."
  }

  example "enable key rotation not mentioned" {
    before = <<-EOT
      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = true
      }
    EOT
  }

  example "enable key rotation wrong in writing" {
    before = <<-EOT
      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_kms_key" "data" {
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_kms_key" "data" {
        for_each                = toset(var.names)
        description             = "data at rest"
        deletion_window_in_days = 30
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "data" {
        for_each                = toset(var.names)
        description             = "data at rest"
        deletion_window_in_days = 30
        enable_key_rotation     = true
      }
    EOT
  }

  example "a key pair for signatures" {
    before  = <<-EOT
      resource "aws_kms_key" "data" {
        customer_master_key_spec = "RSA_4096"
        key_usage                = "SIGN_VERIFY"
      }
    EOT
    refused = true
  }

  example "a key in a custom key store" {
    before  = <<-EOT
      resource "aws_kms_key" "data" {
        custom_key_store_id = var.key_store
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/kms ~> 3.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/kms/aws"
        version = "~> 3.0"

        enable_key_rotation = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/kms/aws"
        version = "~> 3.0"

        enable_key_rotation = true
      }
    EOT
  }

  example "the published module cloudposse/kms-key 0.12.2" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/kms-key/aws"
        version = "0.12.2"

        enable_key_rotation = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/kms-key/aws"
        version = "0.12.2"

        enable_key_rotation = true
      }
    EOT
  }
}
