rule "aws/dynamodb/table-key" {
  title    = "Encrypt a DynamoDB table with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    DynamoDB always encrypts, by default with a key that AWS owns and nobody can
    audit. A customer managed key shows each use in CloudTrail and can be
    disabled in an incident.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
  ]

  aliases {
    checkov   = ["CKV_AWS_119"]
    trivy     = ["AWS-0025"]
    tfsec     = ["aws-dynamodb-table-customer-key"]
    kics      = ["ce089fd4-1406-47bd-8aad-c259772bb294"]
    terrascan = ["AC_AWS_0457"]
    prowler   = ["dynamodb_tables_kms_cmk_encryption_enabled"]
  }

  target {
    resource = "aws_dynamodb_table"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "server_side_encryption" {
    body {
      enabled = true
      set "kms_key_arn" {
        value = param.kms_key
        keep  = true
      }
    }
  }

  applicability {
    level = "review"
    note  = "Clients need permission to use the key; the change happens in place."
    cost  = "KMS requests are billed."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dynamodb_table" "main" {
        name     = "main"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "main" {
        name     = "main"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        server_side_encryption {
          enabled     = true
          kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_dynamodb_table" "main" {
        name     = "main"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        server_side_encryption {
          enabled     = true
          kms_key_arn = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dynamodb_table" "main" {
        for_each = toset(var.names)
        name     = each.key
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table" "main" {
        for_each = toset(var.names)
        name     = each.key
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }

        server_side_encryption {
          enabled     = true
          kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_dynamodb_table" "main" {
        name     = "main"
        hash_key = "id"

        attribute {
          name = "id"
          type = "S"
        }
      }
    EOT
    refused = true
  }
}
