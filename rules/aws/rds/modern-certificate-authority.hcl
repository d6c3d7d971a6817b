rule "aws/rds/modern-certificate-authority" {
  title    = "Let a database's certificate come from a current authority"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The authority of 2019 has expired. Clients that check certificates can no
    longer connect to a database that shows one of it, and then somebody
    switches the check off.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL-certificate-rotation.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_211"]
    prowler = ["rds_instance_certificate_expiration"]
  }

  target {
    resource = "aws_db_instance"
  }

  set "ca_cert_identifier" {
    value   = "rds-ca-rsa2048-g1"
    one_of  = ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]
    default = "rds-ca-rsa2048-g1"
  }

  applicability {
    level    = "review"
    note     = "Clients that pin the old authority need the new bundle first; some engines restart."
    downtime = "A restart for engines that cannot change the certificate while running."
  }

  example "ca cert identifier not mentioned" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    unchanged = true
  }

  example "ca cert identifier wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier         = "orders"
        engine             = "postgres"
        instance_class     = "db.t3.medium"
        ca_cert_identifier = "rds-ca-2019" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier         = "orders"
        engine             = "postgres"
        instance_class     = "db.t3.medium"
        ca_cert_identifier = "rds-ca-rsa2048-g1" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "rds-ca-2019"
      }

      resource "aws_db_instance" "orders" {
        identifier         = "orders"
        engine             = "postgres"
        instance_class     = "db.t3.medium"
        ca_cert_identifier = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "rds-ca-rsa2048-g1"
      }

      resource "aws_db_instance" "orders" {
        identifier         = "orders"
        engine             = "postgres"
        instance_class     = "db.t3.medium"
        ca_cert_identifier = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_db_instance" "orders" {
        identifier         = "orders"
        engine             = "postgres"
        instance_class     = "db.t3.medium"
        ca_cert_identifier = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier         = "orders"
        engine             = "postgres"
        instance_class     = "db.t3.medium"
        ca_cert_identifier = "rds-ca-rsa2048-g1"
      }
    EOT
    unchanged = true
  }
}
