rule "aws/fsx/file-system-key" {
  title    = "Encrypt an FSx file system with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    FSx always encrypts, by default with a key that every FSx user of the
    account may use. A customer managed key limits, logs and can end access to
    these files.
  EOT

  references = [
    "https://docs.aws.amazon.com/fsx/latest/WindowsGuide/encryption-at-rest.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/fsx_openzfs_file_system",
  ]

  aliases {
    checkov = ["CKV_AWS_203", "CKV_AWS_190", "CKV_AWS_178", "CKV_AWS_179"]
  }

  target {
    resource = ["aws_fsx_openzfs_file_system", "aws_fsx_lustre_file_system", "aws_fsx_ontap_file_system", "aws_fsx_windows_file_system"]
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the file system with an empty one."
    replacement = true
    data_loss   = true
    downtime    = "Until the files are copied and the mounts are switched."

    runbook = <<-EOT
      1. Create the new file system beside the old one first, for instance on a branch with a second resource.
      2. Copy the files with AWS DataSync or from a backup; repeat for what changed meanwhile.
      3. Switch the mounts, check, then remove the old file system.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_fsx_openzfs_file_system" "main" {
        storage_capacity    = 64
        subnet_ids          = [var.subnet]
        deployment_type     = "SINGLE_AZ_1"
        throughput_capacity = 64
      }
    EOT
    after  = <<-EOT
      resource "aws_fsx_openzfs_file_system" "main" {
        storage_capacity    = 64
        subnet_ids          = [var.subnet]
        deployment_type     = "SINGLE_AZ_1"
        throughput_capacity = 64
        kms_key_id          = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_fsx_openzfs_file_system" "main" {
        storage_capacity    = 64
        subnet_ids          = [var.subnet]
        deployment_type     = "SINGLE_AZ_1"
        throughput_capacity = 64
        kms_key_id          = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_fsx_openzfs_file_system" "main" {
        for_each            = toset(var.names)
        storage_capacity    = 64
        subnet_ids          = [var.subnet]
        deployment_type     = "SINGLE_AZ_1"
        throughput_capacity = 64
      }
    EOT
    after  = <<-EOT
      resource "aws_fsx_openzfs_file_system" "main" {
        for_each            = toset(var.names)
        storage_capacity    = 64
        subnet_ids          = [var.subnet]
        deployment_type     = "SINGLE_AZ_1"
        throughput_capacity = 64
        kms_key_id          = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_fsx_openzfs_file_system" "main" {
        storage_capacity    = 64
        subnet_ids          = [var.subnet]
        deployment_type     = "SINGLE_AZ_1"
        throughput_capacity = 64
      }
    EOT
    refused = true
  }

  example "Lustre" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_fsx_lustre_file_system" "main" {
        storage_capacity = 1200
        subnet_ids       = [aws_subnet.main.id]
      }
    EOT
    after  = <<-EOT
      resource "aws_fsx_lustre_file_system" "main" {
        storage_capacity = 1200
        subnet_ids       = [aws_subnet.main.id]
        kms_key_id       = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "ONTAP" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_fsx_ontap_file_system" "main" {
        storage_capacity    = 1024
        subnet_ids          = aws_subnet.main[*].id
        preferred_subnet_id = aws_subnet.main[0].id
        deployment_type     = "MULTI_AZ_1"
        throughput_capacity = 512
      }
    EOT
    after  = <<-EOT
      resource "aws_fsx_ontap_file_system" "main" {
        storage_capacity    = 1024
        subnet_ids          = aws_subnet.main[*].id
        preferred_subnet_id = aws_subnet.main[0].id
        deployment_type     = "MULTI_AZ_1"
        throughput_capacity = 512
        kms_key_id          = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "Windows" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_fsx_windows_file_system" "main" {
        storage_capacity    = 300
        subnet_ids          = [aws_subnet.main.id]
        throughput_capacity = 1024
      }
    EOT
    after  = <<-EOT
      resource "aws_fsx_windows_file_system" "main" {
        storage_capacity    = 300
        subnet_ids          = [aws_subnet.main.id]
        throughput_capacity = 1024
        kms_key_id          = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
