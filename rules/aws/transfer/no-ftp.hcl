rule "aws/transfer/no-ftp" {
  title    = "Serve no plain FTP"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    FTP sends names, passwords and files in the clear.
  EOT

  references = [
    "https://docs.aws.amazon.com/transfer/latest/userguide/create-server-ftp.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/transfer_server",
  ]

  aliases {
    checkov      = ["CKV_AWS_357"]
    security_hub = ["Transfer.2"]
    prowler      = ["transfer_server_in_transit_encryption_enabled"]
  }

  target {
    resource = "aws_transfer_server"
  }

  narrow "protocols" {
    drop = ["FTP"]
  }

  applicability {
    level     = "review"
    note      = "Partners that send by FTP must move to SFTP or FTPS first."
    behaviour = "FTP connections are refused."
  }

  example "FTP beside SFTP" {
    before = <<-EOT
      resource "aws_transfer_server" "main" {
        endpoint_type = "VPC"
        protocols     = ["SFTP", "FTP"]
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "main" {
        endpoint_type = "VPC"
        protocols     = ["SFTP"]
      }
    EOT
  }

  example "FTP alone, and nobody has said what takes its place" {
    before = <<-EOT
      resource "aws_transfer_server" "main" {
        endpoint_type = "VPC"
        protocols     = ["FTP"]
      }
    EOT
    refused = true
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_transfer_server" "main" {
        endpoint_type = "VPC"
        protocols     = ["SFTP", "FTPS"]
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "protocols" {
        type    = list(string)
        default = ["SFTP", "FTP"]
      }

      resource "aws_transfer_server" "main" {
        endpoint_type = "VPC"
        protocols     = var.protocols
      }
    EOT
    after  = <<-EOT
      variable "protocols" {
        type    = list(string)
        default = ["SFTP"]
      }

      resource "aws_transfer_server" "main" {
        endpoint_type = "VPC"
        protocols     = var.protocols
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_transfer_server" "main" {
        for_each      = toset(var.names)
        endpoint_type = "VPC"
        protocols     = ["FTP", "SFTP"]
      }
    EOT
    after  = <<-EOT
      resource "aws_transfer_server" "main" {
        for_each      = toset(var.names)
        endpoint_type = "VPC"
        protocols     = ["SFTP"]
      }
    EOT
  }
}
