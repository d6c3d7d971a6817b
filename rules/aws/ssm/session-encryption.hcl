rule "aws/ssm/session-encryption" {
  title    = "Encrypt Session Manager sessions with a key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a key the two ends of a session encrypt what goes between them once
    more, and who may open a session is bounded by who may use the key.
  EOT

  references = [
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-enable-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ssm_document",
  ]

  aliases {
    checkov = ["CKV_AWS_112"]
    kics    = ["ce60cc6b-6831-4bd7-84a2-cc7f8ee71433"]
  }

  target {
    resource = "aws_ssm_document"
    when     = target.document_type == "Session"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key for sessions: an ARN or a reference such as aws_kms_key.session.arn. Instances and people need permission to use it."
  }

  set "content[*].inputs.kmsKeyId" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level     = "review"
    note      = "Sessions fail for instances and people without permission to use the key."
    behaviour = "Opening a session takes permission to use the key."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            runAsEnabled = false
          }
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            runAsEnabled = false
            kmsKeyId     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        })
      }
    EOT
  }

  example "an empty key, in a heredoc" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = <<-DOC
          {
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
            "inputs": {
              "kmsKeyId": "",
              "runAsEnabled": false
            }
          }
        DOC
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = <<-DOC
          {
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
            "inputs": {
              "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
              "runAsEnabled": false
            }
          }
        DOC
      }
    EOT
  }

  example "in YAML" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name            = "SSM-SessionManagerRunShell"
        document_type   = "Session"
        document_format = "YAML"

        content = <<-DOC
          schemaVersion: '1.0'
          sessionType: Standard_Stream
          inputs:
            kmsKeyId: ''
            runAsEnabled: true
        DOC
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_document" "session" {
        name            = "SSM-SessionManagerRunShell"
        document_type   = "Session"
        document_format = "YAML"

        content = <<-DOC
          schemaVersion: '1.0'
          sessionType: Standard_Stream
          inputs:
            kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
            runAsEnabled: true
        DOC
      }
    EOT
  }

  example "one for each region" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        for_each = toset(var.regions)

        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            runAsEnabled = false
          }
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_document" "session" {
        for_each = toset(var.regions)

        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            runAsEnabled = false
            kmsKeyId     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        })
      }
    EOT
  }

  example "nobody has named the key" {
    before  = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            runAsEnabled = false
          }
        })
      }
    EOT
    refused = true
  }

  example "the document comes from the caller" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      variable "document" {
        type = string
      }

      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"
        content       = var.document
      }
    EOT
    refused = true
  }

  example "a key of its own" {
    before    = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            kmsKeyId = "alias/session"
          }
        })
      }
    EOT
    unchanged = true
  }

  example "another kind of document" {
    before    = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Command"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            runAsEnabled = false
          }
        })
      }
    EOT
    unchanged = true
  }
}
