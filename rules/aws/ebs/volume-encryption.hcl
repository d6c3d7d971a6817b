rule "aws/ebs/volume-encryption" {
  title    = "Encrypt an EBS volume"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Encryption covers the data on the volume, what moves between it and the
    instance, and every snapshot taken from it. It is off unless the account's
    default says otherwise, and cannot be added later.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_3", "CKV2_AWS_2"]
    trivy        = ["AWS-0026"]
    tfsec        = ["aws-ebs-enable-volume-encryption"]
    kics         = ["cc997676-481b-4e93-aa81-d19f8c5e9b12"]
    terrascan    = ["AC_AWS_0460"]
    security_hub = ["EC2.3"]
    prowler      = ["ec2_ebs_volume_encryption"]
  }

  target {
    resource = "aws_ebs_volume"

    reached_from "aws_volume_attachment" {
      argument = "volume_id"
    }
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an ARN or a reference such as aws_kms_key.ebs.arn. Null means the account's default key."
  }

  # The key goes with the switch: to give one to a volume that is encrypted already would replace it. Asked for first, while the
  # switch is still what it was.
  set "kms_key_id" {
    value = param.kms_key
    when  = param.kms_key != null && target.kms_key_id == null && target.encrypted != true
  }

  set "encrypted" {
    value   = true
    default = false
  }

  refuse {
    when = target.snapshot_id != null
    note = "The volume comes from a snapshot, or may: look at whether that is encrypted, and copy it with encryption first."
  }

  applicability {
    level       = "disruptive"
    note        = "A volume that exists cannot be encrypted in place. Terraform will plan to destroy it and create an empty one."
    replacement = true
    data_loss   = true
    downtime    = "From the last write before the snapshot until the encrypted volume is attached."

    runbook = <<-EOT
      1. Stop the writers, then snapshot the volume.
      2. Copy the snapshot with `aws ec2 copy-snapshot --encrypted`.
      3. Add `snapshot_id` with the encrypted copy to this branch, so that the new volume is restored and not empty.
      4. Apply, check the data, then start the writers again.
    EOT
  }

  example "encrypted not mentioned" {
    before = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40 # GiB
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40 # GiB
        encrypted         = true
      }
    EOT
  }

  example "encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40    # GiB
        encrypted         = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40   # GiB
        encrypted         = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40 # GiB
        encrypted         = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40 # GiB
        encrypted         = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40 # GiB
        encrypted         = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40 # GiB
        encrypted         = true
      }
    EOT
    unchanged = true
  }

  example "one volume per zone" {
    before = <<-EOT
      resource "aws_ebs_volume" "data" {
        for_each          = toset(var.zones)
        availability_zone = each.key
        size              = 40
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "data" {
        for_each          = toset(var.zones)
        availability_zone = each.key
        size              = 40
        encrypted         = true
      }
    EOT
  }

  example "with the organisation's key" {
    params = { kms_key = aws_kms_key.ebs.arn }

    before = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40
      }

      resource "aws_kms_key" "ebs" {
        enable_key_rotation = true
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40
        kms_key_id        = aws_kms_key.ebs.arn
        encrypted         = true
      }

      resource "aws_kms_key" "ebs" {
        enable_key_rotation = true
      }
    EOT
  }

  example "restored from a snapshot" {
    before  = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        snapshot_id       = var.snapshot
      }
    EOT
    refused = true
  }

  example "attached to an instance" {
    before = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 100
      }

      resource "aws_volume_attachment" "data" {
        device_name = "/dev/sdh"
        volume_id   = aws_ebs_volume.data.id
        instance_id = aws_instance.orders.id
      }
    EOT
    after  = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 100
        encrypted         = true
      }

      resource "aws_volume_attachment" "data" {
        device_name = "/dev/sdh"
        volume_id   = aws_ebs_volume.data.id
        instance_id = aws_instance.orders.id
      }
    EOT
  }

  example "already encrypted with the key of AWS, where the organisation has its own" {
    params = { kms_key = aws_kms_key.ebs.arn }

    before    = <<-EOT
      resource "aws_ebs_volume" "data" {
        availability_zone = "eu-west-1a"
        size              = 40
        encrypted         = true
      }
    EOT
    unchanged = true
  }
}
