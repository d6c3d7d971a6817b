rule "aws/emr/local-disk-encryption" {
  title    = "Encrypt the disks of EMR clusters"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Clusters spill to their disks what they work on. In the clear it stays
    readable for whoever gets at the disk or a snapshot of it.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_security_configuration",
  ]

  aliases {
    checkov = ["CKV_AWS_349", "CKV_AWS_350"]
    trivy   = ["AWS-0139"]
    tfsec   = ["aws-emr-enable-local-disk-encryption"]
  }

  target {
    resource = "aws_emr_security_configuration"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key that EMR's roles may use: an ARN or a reference such as aws_kms_key.emr.arn. Needed where no key for the disks is written yet."
  }

  set "configuration[*].EncryptionConfiguration.EnableAtRestEncryption" {
    value = true
  }

  set "configuration[*].EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.EncryptionKeyProviderType" {
    value   = "AwsKms"
    present = true
  }

  set "configuration[*].EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.AwsKmsKey" {
    value   = param.kms_key
    present = true
    when    = block.EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.EncryptionKeyProviderType != "Custom"
  }

  set "configuration[*].EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.EnableEbsEncryption" {
    value = true
    when  = block.EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.EncryptionKeyProviderType != "Custom"
  }

  applicability {
    level       = "review"
    note        = "A security configuration is replaced, and takes effect for clusters made with it from then on."
    replacement = "The security configuration; clusters that name it are replaced with it."
  }

  example "only S3 is encrypted" {
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
              "EncryptionMode": "SSE-S3"
            },
            "LocalDiskEncryptionConfiguration": {
              "EncryptionKeyProviderType": "AwsKms",
              "AwsKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
              "EnableEbsEncryption": true
            }
          }
        }
      }
      EOF
      }
    EOT
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
            "LocalDiskEncryptionConfiguration": {
              "EncryptionKeyProviderType": "AwsKms",
              "AwsKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
              "EnableEbsEncryption": true
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
          "EnableAtRestEncryption": false
        }
      }
      EOF
      }
    EOT
    refused = true
  }

  example "the root disk is left out" {
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
            },
            "LocalDiskEncryptionConfiguration": {
              "EncryptionKeyProviderType": "AwsKms",
              "AwsKmsKey": "${aws_kms_key.emr.arn}"
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
              "EncryptionMode": "SSE-S3"
            },
            "LocalDiskEncryptionConfiguration": {
              "EncryptionKeyProviderType": "AwsKms",
              "AwsKmsKey": "${aws_kms_key.emr.arn}",
              "EnableEbsEncryption": true
            }
          }
        }
      }
      EOF
      }
    EOT
  }

  example "already right" {
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
              "EncryptionMode": "SSE-S3"
            },
            "LocalDiskEncryptionConfiguration": {
              "EnableEbsEncryption": true,
              "EncryptionKeyProviderType": "AwsKms",
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
