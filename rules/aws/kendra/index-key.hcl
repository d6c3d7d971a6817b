rule "aws/kendra/index-key" {
  title    = "Encrypt a Kendra index with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An index holds the text of all documents it answers from. A customer managed
    key lets its owner log and end access to it.
  EOT

  references = [
    "https://docs.aws.amazon.com/kendra/latest/dg/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kendra_index",
  ]

  aliases {
    checkov = ["CKV_AWS_262"]
  }

  target {
    resource = "aws_kendra_index"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "server_side_encryption_configuration.kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the index; documents have to be read in again."
    replacement = true
    downtime    = "Until the data sources have been synchronised again."

    runbook = <<-EOT
      1. Apply in a window without users.
      2. Start a synchronisation of every data source and wait for it.
      3. Give applications the id of the new index.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_kendra_index" "main" {
        name     = "main"
        role_arn = aws_iam_role.index.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_kendra_index" "main" {
        name     = "main"
        role_arn = aws_iam_role.index.arn

        server_side_encryption_configuration {
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_kendra_index" "main" {
        name     = "main"
        role_arn = aws_iam_role.index.arn

        server_side_encryption_configuration {
          kms_key_id = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_kendra_index" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.index.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_kendra_index" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.index.arn

        server_side_encryption_configuration {
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_kendra_index" "main" {
        name     = "main"
        role_arn = aws_iam_role.index.arn
      }
    EOT
    refused = true
  }
}
