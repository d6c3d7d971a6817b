rule "aws/redshift/snapshot-copy-grant-key" {
  title    = "Encrypt Redshift's snapshot copies with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Copies in a second region are a complete second warehouse. Without a key in
    the grant they are encrypted with that region's default key, which everybody
    there may use.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_snapshot_copy_grant",
  ]

  aliases {
    checkov = ["CKV_AWS_281"]
  }

  target {
    resource = "aws_redshift_snapshot_copy_grant"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key in the region that the snapshots are copied to: an ARN or a reference."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the grant; copies taken before keep their key."
    replacement = "Terraform creates the grant anew."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshift_snapshot_copy_grant" "main" {
        snapshot_copy_grant_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_snapshot_copy_grant" "main" {
        snapshot_copy_grant_name = "main"
        kms_key_id               = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_redshift_snapshot_copy_grant" "main" {
        snapshot_copy_grant_name = "main"
        kms_key_id               = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_redshift_snapshot_copy_grant" "main" {
        for_each                 = toset(var.names)
        snapshot_copy_grant_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_snapshot_copy_grant" "main" {
        for_each                 = toset(var.names)
        snapshot_copy_grant_name = "main"
        kms_key_id               = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_redshift_snapshot_copy_grant" "main" {
        snapshot_copy_grant_name = "main"
      }
    EOT
    refused = true
  }
}
