rule "aws/keyspaces/table-key" {
  title    = "Encrypt a Keyspaces table with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Keyspaces encrypts with a key that AWS owns and nobody can audit. A customer
    managed key shows each use in CloudTrail and can be disabled in an incident.
  EOT

  references = [
    "https://docs.aws.amazon.com/keyspaces/latest/devguide/EncryptionAtRest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/keyspaces_table",
  ]

  aliases {
    checkov = ["CKV_AWS_265"]
  }

  target {
    resource = "aws_keyspaces_table"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "encryption_specification" {
    body {
      set "kms_key_identifier" {
        value = param.kms_key
        keep  = true
      }
      type = "CUSTOMER_MANAGED_KMS_KEY"
    }
  }

  applicability {
    level = "review"
    note  = "Clients need permission to use the key; the change happens in place."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_keyspaces_table" "main" {
        keyspace_name = aws_keyspaces_keyspace.main.name
        table_name    = "main"

        schema_definition {
          column {
            name = "id"
            type = "uuid"
          }

          partition_key {
            name = "id"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_keyspaces_table" "main" {
        keyspace_name = aws_keyspaces_keyspace.main.name
        table_name    = "main"

        schema_definition {
          column {
            name = "id"
            type = "uuid"
          }

          partition_key {
            name = "id"
          }
        }

        encryption_specification {
          kms_key_identifier = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          type               = "CUSTOMER_MANAGED_KMS_KEY"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_keyspaces_table" "main" {
        keyspace_name = aws_keyspaces_keyspace.main.name
        table_name    = "main"

        schema_definition {
          column {
            name = "id"
            type = "uuid"
          }

          partition_key {
            name = "id"
          }
        }

        encryption_specification {
          type               = "CUSTOMER_MANAGED_KMS_KEY"
          kms_key_identifier = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_keyspaces_table" "main" {
        for_each      = toset(var.names)
        keyspace_name = aws_keyspaces_keyspace.main.name
        table_name    = "main"

        schema_definition {
          column {
            name = "id"
            type = "uuid"
          }

          partition_key {
            name = "id"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_keyspaces_table" "main" {
        for_each      = toset(var.names)
        keyspace_name = aws_keyspaces_keyspace.main.name
        table_name    = "main"

        schema_definition {
          column {
            name = "id"
            type = "uuid"
          }

          partition_key {
            name = "id"
          }
        }

        encryption_specification {
          kms_key_identifier = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          type               = "CUSTOMER_MANAGED_KMS_KEY"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_keyspaces_table" "main" {
        keyspace_name = aws_keyspaces_keyspace.main.name
        table_name    = "main"

        schema_definition {
          column {
            name = "id"
            type = "uuid"
          }

          partition_key {
            name = "id"
          }
        }
      }
    EOT
    refused = true
  }
}
