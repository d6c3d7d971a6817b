rule "aws/emr/in-transit-encryption" {
  title    = "Encrypt what the nodes of an EMR cluster say to each other"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Nodes exchange the data they work on. In the clear it can be read by whoever
    gets onto the network.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_security_configuration",
  ]

  aliases {
    checkov      = ["CKV_AWS_351"]
    trivy        = ["AWS-0138"]
    security_hub = ["EMR.4"]
  }

  target {
    resource = "aws_emr_security_configuration"
  }

  param "emr_certificates" {
    type        = "expression"
    default     = null
    description = "Zip file with the PEM certificates, as an S3 address (s3://bucket/certificates.zip). Needed where no certificates are written yet."
  }

  set "configuration[*].EncryptionConfiguration.InTransitEncryptionConfiguration.TLSCertificateConfiguration.CertificateProviderType" {
    value   = "PEM"
    present = true
  }

  set "configuration[*].EncryptionConfiguration.InTransitEncryptionConfiguration.TLSCertificateConfiguration.S3Object" {
    value   = param.emr_certificates
    present = true
  }

  set "configuration[*].EncryptionConfiguration.EnableInTransitEncryption" {
    value = true
  }

  applicability {
    level       = "review"
    note        = "A security configuration is replaced, and takes effect for clusters made with it from then on."
    replacement = "The security configuration; clusters that name it are replaced with it."
  }

  example "switched off, and no certificates" {
    params = { emr_certificates = "s3://acme-emr/certificates.zip" }

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
          "EnableInTransitEncryption": true,
          "EnableAtRestEncryption": false,
          "InTransitEncryptionConfiguration": {
            "TLSCertificateConfiguration": {
              "CertificateProviderType": "PEM",
              "S3Object": "s3://acme-emr/certificates.zip"
            }
          }
        }
      }
      EOF
      }
    EOT
  }

  example "nobody has given the certificates yet" {
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

  example "switched off, and the certificates are there" {
    before = <<-EOT
      resource "aws_emr_security_configuration" "main" {
        name = "main"

        configuration = <<EOF
      {
        "EncryptionConfiguration": {
          "EnableInTransitEncryption": false,
          "InTransitEncryptionConfiguration": {
            "TLSCertificateConfiguration": {
              "CertificateProviderType": "PEM",
              "S3Object": "s3://acme-emr/certificates.zip"
            }
          },
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
          "EnableInTransitEncryption": true,
          "InTransitEncryptionConfiguration": {
            "TLSCertificateConfiguration": {
              "CertificateProviderType": "PEM",
              "S3Object": "s3://acme-emr/certificates.zip"
            }
          },
          "EnableAtRestEncryption": false
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
          "EnableInTransitEncryption": true,
          "InTransitEncryptionConfiguration": {
            "TLSCertificateConfiguration": {
              "CertificateProviderType": "PEM",
              "S3Object": "s3://acme-emr/certificates.zip"
            }
          },
          "EnableAtRestEncryption": false
        }
      }
      EOF
      }
    EOT
    unchanged = true
  }
}
