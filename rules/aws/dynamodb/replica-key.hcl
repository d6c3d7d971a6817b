rule "aws/dynamodb/replica-key" {
  title    = "Encrypt a DynamoDB replica with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A replica takes the key of its own region, and by default that is one AWS
    owns. The copy deserves the same control over reading as the table it
    copies.
  EOT

  references = [
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table_replica",
  ]

  aliases {
    checkov = ["CKV_AWS_271"]
  }

  target {
    resource = "aws_dynamodb_table_replica"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key in the replica's region: an ARN or a reference."
  }

  set "kms_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to remove the replica and to create it anew; the table itself stays."
    replacement = true
    downtime    = "Clients in the replica's region have no table there until it has been copied again."

    runbook = <<-EOT
      1. Point clients of that region to another one.
      2. Apply, and wait until the replica is ACTIVE.
      3. Point the clients back.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dynamodb_table_replica" "main" {
        global_table_arn = var.global_table_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table_replica" "main" {
        global_table_arn = var.global_table_arn
        kms_key_arn      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_dynamodb_table_replica" "main" {
        global_table_arn = var.global_table_arn
        kms_key_arn      = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dynamodb_table_replica" "main" {
        for_each         = toset(var.names)
        global_table_arn = var.global_table_arn
      }
    EOT
    after  = <<-EOT
      resource "aws_dynamodb_table_replica" "main" {
        for_each         = toset(var.names)
        global_table_arn = var.global_table_arn
        kms_key_arn      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_dynamodb_table_replica" "main" {
        global_table_arn = var.global_table_arn
      }
    EOT
    refused = true
  }
}
