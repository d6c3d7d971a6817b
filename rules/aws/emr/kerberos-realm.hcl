rule "aws/emr/kerberos-realm" {
  title    = "Name the Kerberos realm of an EMR cluster"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Kerberos identities are names within a realm. Without one the cluster does
    not know whom to trust, and its authentication cannot start.
  EOT

  references = [
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-kerberos.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/emr_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_114"]
  }

  target {
    resource = "aws_emr_cluster"
    when     = target.kerberos_attributes != null
  }

  param "kerberos_realm" {
    type        = "string"
    required    = true
    description = "The realm that the cluster belongs to, in capitals."
  }

  set "kerberos_attributes.realm" {
    value   = param.kerberos_realm
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform replaces the cluster: move its work first."
    replacement = "The cluster is created anew."
    data_loss   = "What is only in HDFS is lost."
    runbook     = "Copy what is only in HDFS to S3, stop the steps, apply, then start them on the new cluster."
  }

  example "no realm" {
    params = { kerberos_realm = "CORP.ACME.TEST" }

    before = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
          realm              = "CORP.ACME.TEST"
        }
      }
    EOT
  }

  example "an empty realm" {
    params = { kerberos_realm = "CORP.ACME.TEST" }

    before = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
          realm              = ""
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
          realm              = "CORP.ACME.TEST"
        }
      }
    EOT
  }

  example "one for each name" {
    params = { kerberos_realm = "CORP.ACME.TEST" }

    before = <<-EOT
      resource "aws_emr_cluster" "batch" {
        for_each      = toset(var.names)
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        for_each      = toset(var.names)
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
          realm              = "CORP.ACME.TEST"
        }
      }
    EOT
  }

  example "nobody has named the realm" {
    before  = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
        }
      }
    EOT
    refused = true
  }

  example "given by whoever uses the module" {
    before    = <<-EOT
      variable "realm" {
        type = string
      }

      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn

        kerberos_attributes {
          kdc_admin_password = var.kdc_password
          realm              = var.realm
        }
      }
    EOT
    unchanged = true
  }

  example "no Kerberos" {
    before    = <<-EOT
      resource "aws_emr_cluster" "batch" {
        name          = "batch"
        release_label = "emr-6.15.0"
        service_role  = aws_iam_role.emr.arn
      }
    EOT
    unchanged = true
  }
}
