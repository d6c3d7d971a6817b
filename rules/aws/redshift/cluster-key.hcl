rule "aws/redshift/cluster-key" {
  title    = "Encrypt a Redshift cluster with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A warehouse gathers what many systems hold. A customer managed key lets its
    owner see each use in CloudTrail and cut the data off by disabling one key.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster",
  ]

  aliases {
    checkov = ["CKV_AWS_142"]
    trivy   = ["AWS-0084"]
    tfsec   = ["aws-redshift-encryption-customer-key"]
  }

  target {
    resource = "aws_redshift_cluster"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encrypted" {
    value = true
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  module "terraform-aws-modules/redshift/aws" {
    version = ">= 4.0"

    set "encrypted" {
      value = true
    }

    set "kms_key_arn" {
      value   = param.kms_key
      present = true
    }
  }

  applicability {
    level    = "disruptive"
    note     = "Redshift moves the data to an encrypted cluster and is read only meanwhile."
    downtime = "Writes fail while the data is moved; this grows with the size of the cluster."
    cost     = "A second cluster runs during the move."

    runbook = <<-EOT
      1. Agree on a window without loads; take a manual snapshot.
      2. Apply. The cluster is read only until the data has been moved.
      3. Check `encrypted` and the key in the console, then start the loads again.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "main"
        node_type          = var.node_type
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "main"
        node_type          = var.node_type
        encrypted          = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "encrypted with the default key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "main"
        node_type          = var.node_type
        encrypted          = true
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "main"
        node_type          = var.node_type
        encrypted          = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "main"
        node_type          = var.node_type
        encrypted          = true
        kms_key_id         = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshift_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = var.node_type
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        for_each           = toset(var.names)
        cluster_identifier = each.key
        node_type          = var.node_type
        encrypted          = true
        kms_key_id         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_redshift_cluster" "main" {
        cluster_identifier = "main"
        node_type          = var.node_type
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/redshift ~> 6.0" {
    params = {
      kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/redshift/aws"
        version = "~> 6.0"

        encrypted   = true
        kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
