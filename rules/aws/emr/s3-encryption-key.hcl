rule "aws/emr/s3-encryption-key" {
  title    = "Encrypt what EMR writes to S3 with a key of your own"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With a key of your own the access to the data can be watched, limited and
    taken away; with S3's own key it cannot.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_security_configuration",
  ]

  aliases {
    checkov = ["CKV_AWS_171"]
  }

  target {
    resource = "aws_emr_security_configuration"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key that EMR's roles may use: an ARN or a reference such as aws_kms_key.emr.arn."
  }

  set "configuration[*].EncryptionConfiguration.EnableAtRestEncryption" {
    value = true
  }

  set "configuration[*].EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration.EncryptionMode" {
    value  = "SSE-KMS"
    one_of = ["SSE-KMS", "CSE-KMS", "CSE-Custom"]
  }

  set "configuration[*].EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration.AwsKmsKey" {
    value   = param.kms_key
    present = true
    when    = block.EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration.EncryptionMode != "CSE-Custom"
  }

  applicability {
    level       = "review"
    note        = "A security configuration is replaced, and takes effect for clusters made with it from then on."
    replacement = "The security configuration; clusters that name it are replaced with it."
  }

  example "S3's own key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "EnableAtRestEncryption": true,
          "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {
              "EncryptionMode": "SSE-S3"
            }
          }
        }
      }
      EOF
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "EnableAtRestEncryption": true,
          "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {
              "EncryptionMode": "SSE-KMS",
              "AwsKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }
        }
      }
      EOF
      }
    EOT
  }

  example "nobody has given the key yet" {
    before = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "EnableAtRestEncryption": true,
          "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {
              "EncryptionMode": "SSE-S3"
            }
          }
        }
      }
      EOF
      }
    EOT
    refused = true
  }

  example "no encryption at all" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "EnableAtRestEncryption": false
        }
      }
      EOF
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "EnableAtRestEncryption": true,
          "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {
              "EncryptionMode": "SSE-KMS",
              "AwsKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }
        }
      }
      EOF
      }
    EOT
  }

  example "encoded" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = jsonencode({
          EncryptionConfiguration = {
            EnableAtRestEncryption = true
            AtRestEncryptionConfiguration = {
              S3EncryptionConfiguration = {
                EncryptionMode = "SSE-S3"
              }
            }
          }
        })
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = jsonencode({
          EncryptionConfiguration = {
            EnableAtRestEncryption = true
            AtRestEncryptionConfiguration = {
              S3EncryptionConfiguration = {
                EncryptionMode = "SSE-KMS"
                AwsKmsKey      = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
              }
            }
          }
        })
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before   = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "EnableAtRestEncryption": true,
          "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {
              "EncryptionMode": "SSE-KMS",
              "AwsKmsKey": "${aws_kms_key.emr.arn}"
            }
          }
        }
      }
      EOF
      }
    EOT
    unchanged = true
  }
}
