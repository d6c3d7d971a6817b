rule "aws/kms/key-policy" {
  title    = "State the policy of a key"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without a policy in the code a key has the default one, which nobody reads
    and which differs by how the key was made. Written down, it can be looked at
    and narrowed.
  EOT

  references = [
    "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_key",
  ]

  aliases {
    checkov = ["CKV2_AWS_64"]
  }

  target {
    resource = "aws_kms_key"
  }

  param "account_id" {
    type        = "string"
    required    = true
    description = "Number of the account that the key is in."
  }

  set "policy" {
    value = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "Enable IAM User Permissions"
          Effect    = "Allow"
          Principal = { AWS = "arn:aws:iam::${param.account_id}:root" }
          Action    = "kms:*"
          Resource  = "*"
        },
      ]
    })
    present = true
    when    = !linked("aws_kms_key_policy", "key_id")
  }

  applicability {
    level = "safe"
    note  = "The policy that is written is the one that AWS gives a key without one: identity policies of the account go on deciding."
  }

  example "no policy" {
    params = { account_id = "111122223333" }

    before = <<-EOT
      resource "aws_kms_key" "data" {
        description = "data at rest"
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "data" {
        description = "data at rest"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Sid       = "Enable IAM User Permissions"
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "kms:*"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "one for each name" {
    params = { account_id = "111122223333" }

    before = <<-EOT
      resource "aws_kms_key" "data" {
        for_each    = toset(var.names)
        description = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_kms_key" "data" {
        for_each    = toset(var.names)
        description = each.key
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Sid       = "Enable IAM User Permissions"
              Effect    = "Allow"
              Principal = { AWS = "arn:aws:iam::111122223333:root" }
              Action    = "kms:*"
              Resource  = "*"
            },
          ]
        })
      }
    EOT
  }

  example "nobody has said which account" {
    before  = <<-EOT
      resource "aws_kms_key" "data" {
        description = "data at rest"
      }
    EOT
    refused = true
  }

  example "given by whoever uses the module" {
    before    = <<-EOT
      variable "policy" {
        type = string
      }

      resource "aws_kms_key" "data" {
        description = "data at rest"
        policy      = var.policy
      }
    EOT
    unchanged = true
  }

  example "a policy of its own" {
    before    = <<-EOT
      resource "aws_kms_key" "data" {
        description = "data at rest"
        policy      = data.aws_iam_policy_document.key.json
      }
    EOT
    unchanged = true
  }

  example "a policy elsewhere in the module" {
    before    = <<-EOT
      resource "aws_kms_key" "data" {
        description = "data at rest"
      }

      resource "aws_kms_key_policy" "data" {
        key_id = aws_kms_key.data.id
        policy = data.aws_iam_policy_document.key.json
      }
    EOT
    unchanged = true
  }
}
