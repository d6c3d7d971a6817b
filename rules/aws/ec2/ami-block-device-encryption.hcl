rule "aws/ec2/ami-block-device-encryption" {
  title    = "Encrypt the disks of a machine image"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Every instance that starts from the image gets its disks, and an image is
    shared with one click. Encryption keeps a copy in the wrong account shut.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ami",
  ]

  aliases {
    checkov   = ["CKV_AWS_204"]
    kics      = ["8bbb242f-6e38-4127-86d4-d8f0b2687ae2"]
    terrascan = ["AC_AWS_0005"]
  }

  target {
    resource = "aws_ami"
  }

  set "ebs_block_device[*].encrypted" {
    value         = true
    create_blocks = false
    when          = block.snapshot_id == null
  }

  applicability {
    level       = "review"
    note        = "Terraform registers the image anew under another id; instances that run stay."
    replacement = "The image is deregistered and registered anew."
  }

  example "a disk in the clear" {
    before = <<-EOT
      resource "aws_ami" "main" {
        name = "web"

        ebs_block_device {
          device_name = "/dev/xvda"
          volume_size = 20
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ami" "main" {
        name = "web"

        ebs_block_device {
          device_name = "/dev/xvda"
          volume_size = 20
          encrypted   = true
        }
      }
    EOT
  }

  example "a disk from a snapshot" {
    before    = <<-EOT
      resource "aws_ami" "main" {
        name = "web"

        ebs_block_device {
          device_name = "/dev/xvda"
          snapshot_id = "snap-0123456789abcdef0"
        }
      }
    EOT
    unchanged = true
  }

  example "encrypted" {
    before    = <<-EOT
      resource "aws_ami" "main" {
        name = "web"

        ebs_block_device {
          device_name = "/dev/xvda"
          encrypted   = true
          volume_size = 20
        }
      }
    EOT
    unchanged = true
  }
}
