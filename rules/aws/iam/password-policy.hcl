rule "aws/iam/password-policy" {
  title    = "Ask for passwords that are hard to guess"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The console is open to the internet, and passwords are what people try
    there. Length and variety make guessing hopeless, an end date bounds what a
    stolen one is worth.
  EOT

  references = [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_account_password_policy",
  ]

  aliases {
    checkov      = ["CKV_AWS_9", "CKV_AWS_10", "CKV_AWS_11", "CKV_AWS_12", "CKV_AWS_13", "CKV_AWS_14", "CKV_AWS_15"]
    trivy        = ["AWS-0056", "AWS-0058", "AWS-0059", "AWS-0060", "AWS-0061", "AWS-0062", "AWS-0063"]
    tfsec        = ["aws-iam-no-password-reuse", "aws-iam-require-lowercase-in-passwords", "aws-iam-require-numbers-in-passwords", "aws-iam-require-symbols-in-passwords", "aws-iam-require-uppercase-in-passwords", "aws-iam-set-max-password-age", "aws-iam-set-minimum-password-length"]
    kics         = ["1bc1c685-e593-450e-88fb-19db4c82aa1d", "ce60d060-efb8-4bfd-9cf7-ff8945d00d90", "89806cdc-9c2e-4bd1-a0dc-53f339bcfb2a", "c5ff7bc9-d8ea-46dd-81cb-8286f3222249", "bbc7c137-6c7b-4fc4-984a-0c88e91fcaf9", "7a70eed6-de3a-4da2-94da-a2bbc8fe2a48"]
    terrascan    = ["AC_AWS_0134", "AC_AWS_0135", "AC_AWS_0136", "AC_AWS_0137", "AC_AWS_0138", "AC_AWS_0141", "AC_AWS_0142", "AC_AWS_0472"]
    security_hub = ["IAM.7", "IAM.10", "IAM.11", "IAM.12", "IAM.13", "IAM.14", "IAM.15", "IAM.16", "IAM.17"]
    prowler      = ["iam_password_policy_expires_passwords_within_90_days_or_less", "iam_password_policy_lowercase", "iam_password_policy_minimum_length_14", "iam_password_policy_number", "iam_password_policy_reuse_24", "iam_password_policy_symbol", "iam_password_policy_uppercase"]
    cis_aws      = ["5.0.0/1.7", "5.0.0/1.8", "3.0.0/1.8", "3.0.0/1.9"]
  }

  target {
    resource = "aws_iam_account_password_policy"
  }

  set "max_password_age" {
    at_most  = 90
    at_least = 1
    value    = 90
  }

  set "minimum_password_length" {
    at_least = 14
    value    = 14
  }

  set "password_reuse_prevention" {
    at_least = 24
    value    = 24
  }

  set "require_lowercase_characters" {
    value = true
  }

  set "require_numbers" {
    value = true
  }

  set "require_symbols" {
    value = true
  }

  set "require_uppercase_characters" {
    value = true
  }

  applicability {
    level = "review"
    note  = "Users whose password is older than the limit must change it when they sign in next."
  }

  example "a lax policy" {
    before = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        minimum_password_length        = 8
        require_lowercase_characters   = false
        require_numbers                = true
        allow_users_to_change_password = true
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        minimum_password_length        = 14
        require_lowercase_characters   = true
        require_numbers                = true
        allow_users_to_change_password = true
        max_password_age               = 90
        password_reuse_prevention      = 24
        require_symbols                = true
        require_uppercase_characters   = true
      }
    EOT
  }

  example "nothing said" {
    before = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        allow_users_to_change_password = true
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        allow_users_to_change_password = true
        max_password_age               = 90
        minimum_password_length        = 14
        password_reuse_prevention      = 24
        require_lowercase_characters   = true
        require_numbers                = true
        require_symbols                = true
        require_uppercase_characters   = true
      }
    EOT
  }

  example "a password for ever" {
    before = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        max_password_age             = 0
        minimum_password_length      = 16
        password_reuse_prevention    = 24
        require_lowercase_characters = true
        require_numbers              = true
        require_symbols              = true
        require_uppercase_characters = true
      }
    EOT
    after  = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        max_password_age             = 90
        minimum_password_length      = 16
        password_reuse_prevention    = 24
        require_lowercase_characters = true
        require_numbers              = true
        require_symbols              = true
        require_uppercase_characters = true
      }
    EOT
  }

  example "strict already" {
    before    = <<-EOT
      resource "aws_iam_account_password_policy" "main" {
        max_password_age             = 60
        minimum_password_length      = 20
        password_reuse_prevention    = 24
        require_lowercase_characters = true
        require_numbers              = true
        require_symbols              = true
        require_uppercase_characters = true
      }
    EOT
    unchanged = true
  }
}
