rule "aws/emr/security-configuration" {
  title    = "Give an EMR cluster a security configuration"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without one the cluster encrypts nothing that it stores and nothing that its
    nodes say to each other.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_cluster",
  ]

  aliases {
    checkov = ["CKV2_AWS_55"]
  }

  target {
    resource = "aws_emr_cluster"
  }

  param "emr_security_configuration" {
    type        = "expression"
    required    = true
    description = "Name of the organisation's security configuration, or a reference such as aws_emr_security_configuration.main.name."
  }

  set "security_configuration" {
    value   = param.emr_security_configuration
    present = true
  }

  applicability {
    level       = "disruptive"
    replacement = "The cluster; what is stored in it only is lost."

    runbook = <<-EOT
      1. Copy what is in the cluster's own file system to S3.
      2. Apply between two jobs.
    EOT
  }

  example "none" {
    params = { emr_security_configuration = "acme" }

    before = <<-EOT
      resource "aws_emr_cluster" "main" {
        name          = "main"
        release_label = "emr-7.1.0"
        service_role  = aws_iam_role.emr.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "main" {
        name                   = "main"
        release_label          = "emr-7.1.0"
        service_role           = aws_iam_role.emr.arn
        security_configuration = "acme"
      }
    EOT
  }

  example "nobody has named one yet" {
    before = <<-EOT
      resource "aws_emr_cluster" "main" {
        name          = "main"
        release_label = "emr-7.1.0"
        service_role  = aws_iam_role.emr.arn
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { emr_security_configuration = "acme" }

    before   = <<-EOT
      resource "aws_emr_cluster" "main" {
        name          = "main"
        release_label = "emr-7.1.0"
        service_role  = aws_iam_role.emr.arn

        security_configuration = aws_emr_security_configuration.main.name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { emr_security_configuration = "acme" }

    before = <<-EOT
      resource "aws_emr_cluster" "main" {
        for_each      = toset(var.names)
        name          = each.key
        release_label = "emr-7.1.0"
        service_role  = aws_iam_role.emr.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "main" {
        for_each               = toset(var.names)
        name                   = each.key
        release_label          = "emr-7.1.0"
        service_role           = aws_iam_role.emr.arn
        security_configuration = "acme"
      }
    EOT
  }
}
