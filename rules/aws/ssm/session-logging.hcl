rule "aws/ssm/session-logging" {
  title    = "Keep an encrypted record of Session Manager sessions"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without a record nobody can tell what was done in a shell on an instance; a
    record that is not encrypted shows passwords that were typed to whoever may
    list logs.
  EOT

  references = [
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html",
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ssm_document",
  ]

  aliases {
    checkov = ["CKV_AWS_113"]
  }

  target {
    resource = "aws_ssm_document"
    when     = target.document_type == "Session"
  }

  param "session_log_group" {
    type        = "string"
    required    = true
    description = "CloudWatch log group, encrypted with a key, for documents that name neither a group nor a bucket. Setting it says as well that the groups and buckets that are named are encrypted: sessions do not start otherwise."
  }

  set "content[*].inputs.cloudWatchLogGroupName" {
    value = param.session_log_group
    when  = !try(length(block.inputs.s3BucketName) > 0, false) && !try(length(block.inputs.cloudWatchLogGroupName) > 0, false)
  }

  set "content[*].inputs.cloudWatchEncryptionEnabled" {
    value = true
    when  = try(length(block.inputs.cloudWatchLogGroupName) > 0, false)
  }

  set "content[*].inputs.s3EncryptionEnabled" {
    value = true
    when  = try(length(block.inputs.s3BucketName) > 0, false) && !try(length(block.inputs.cloudWatchLogGroupName) > 0, false)
  }

  applicability {
    level = "review"
    note  = "Sessions fail to start when the log group or the bucket is not encrypted: encrypt it first."
  }

  example "neither a group nor a bucket, in a heredoc" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = <<-DOC
          {
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
            "inputs": {
              "s3BucketName": "",
              "s3EncryptionEnabled": true,
              "cloudWatchLogGroupName": "",
              "cloudWatchEncryptionEnabled": true
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
              "s3BucketName": "",
              "s3EncryptionEnabled": true,
              "cloudWatchLogGroupName": "/acme/sessions",
              "cloudWatchEncryptionEnabled": true
            }
          }
        DOC
      }
    EOT
  }

  example "a group that need not be encrypted, in a heredoc" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = <<-DOC
          {
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
            "inputs": {
              "cloudWatchLogGroupName": "/acme/shell",
              "cloudWatchEncryptionEnabled": false
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
              "cloudWatchLogGroupName": "/acme/shell",
              "cloudWatchEncryptionEnabled": true
            }
          }
        DOC
      }
    EOT
  }

  example "a bucket that need not be encrypted" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            s3BucketName        = "acme-sessions"
            s3EncryptionEnabled = false
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
            s3BucketName        = "acme-sessions"
            s3EncryptionEnabled = true
          }
        })
      }
    EOT
  }

  example "inputs that say nothing of logs" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
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
    after  = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            kmsKeyId                    = "alias/session"
            cloudWatchLogGroupName      = "/acme/sessions"
            cloudWatchEncryptionEnabled = true
          }
        })
      }
    EOT
  }


  example "in YAML" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name            = "SSM-SessionManagerRunShell"
        document_type   = "Session"
        document_format = "YAML"

        content = <<-DOC
          schemaVersion: '1.0'
          sessionType: Standard_Stream
          inputs:
            cloudWatchLogGroupName: /acme/shell # ours
            cloudWatchEncryptionEnabled: false
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
            cloudWatchLogGroupName: /acme/shell # ours
            cloudWatchEncryptionEnabled: true
        DOC
      }
    EOT
  }

  example "in YAML, nowhere to log to" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        name            = "SSM-SessionManagerRunShell"
        document_type   = "Session"
        document_format = "YAML"

        content = <<-DOC
          schemaVersion: '1.0'
          sessionType: Standard_Stream
          inputs:
            s3BucketName: ''
            s3EncryptionEnabled: true
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
            s3BucketName: ''
            s3EncryptionEnabled: true
            runAsEnabled: true
            cloudWatchLogGroupName: '/acme/sessions'
            cloudWatchEncryptionEnabled: true
        DOC
      }
    EOT
  }

  example "one for each region" {
    params = { session_log_group = "/acme/sessions" }

    before = <<-EOT
      resource "aws_ssm_document" "session" {
        for_each = toset(var.regions)

        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            cloudWatchLogGroupName      = "/acme/shell"
            cloudWatchEncryptionEnabled = false
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
            cloudWatchLogGroupName      = "/acme/shell"
            cloudWatchEncryptionEnabled = true
          }
        })
      }
    EOT
  }

  example "nowhere to log to, and nobody has said where" {
    before  = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = <<-DOC
          {
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
            "inputs": {
              "s3BucketName": "",
              "cloudWatchLogGroupName": ""
            }
          }
        DOC
      }
    EOT
    refused = true
  }

  example "the document comes from the caller" {
    params = { session_log_group = "/acme/sessions" }

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

  example "an encrypted group" {
    before    = <<-EOT
      resource "aws_ssm_document" "session" {
        name          = "SSM-SessionManagerRunShell"
        document_type = "Session"

        content = jsonencode({
          schemaVersion = "1.0"
          sessionType   = "Standard_Stream"
          inputs = {
            cloudWatchLogGroupName      = "/acme/shell"
            cloudWatchEncryptionEnabled = true
          }
        })
      }
    EOT
    unchanged = true
  }
}
