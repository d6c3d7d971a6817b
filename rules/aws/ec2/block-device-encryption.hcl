rule "aws/ec2/block-device-encryption" {
  title    = "Encrypt the disks of an instance"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Disks and the snapshots made of them hold code, logs, caches and swapped
    memory. Encryption keeps all that unreadable outside the instance.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance",
  ]

  aliases {
    checkov   = ["CKV_AWS_8"]
    trivy     = ["AWS-0131", "AWS-0008"]
    tfsec     = ["aws-ec2-enable-at-rest-encryption", "aws-ec2-enable-launch-config-at-rest-encryption"]
    kics      = ["4de9de27-254e-424f-bd70-4c1e95790838"]
    terrascan = ["AC_AWS_0167"]
    snyk      = ["SNYK-CC-TF-53"]
  }

  target {
    resource = ["aws_instance", "aws_launch_configuration"]
  }

  set "root_block_device.encrypted" {
    value = true
  }

  set "ebs_block_device[*].encrypted" {
    value         = true
    create_blocks = false
    when          = block.snapshot_id == null
  }

  module "cloudposse/ec2-instance/aws" {
    version = ">= 0.40"

    set "root_block_device_encrypted" {
      value = true
    }

    set "ebs_volume_encrypted" {
      value = true
    }
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace an instance; a launch configuration takes effect for new instances."
    replacement = "An instance is destroyed and created anew from its image."
    data_loss   = "What is on the instance's own disks."
    downtime    = "Until the new instance serves."

    runbook = <<-EOT
      1. Make sure that nothing on the disks is needed: move it to a volume of its own, to S3 or to a database.
      2. Take an image or snapshots of the instance.
      3. Apply in an agreed window, check the new instance.
    EOT
  }

  example "encrypted not mentioned" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          encrypted = true
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = true
        }
      }
    EOT
  }

  example "encrypted wrong in writing" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          volume_size = 20
          encrypted   = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_instance" "web" {
        for_each      = toset(var.names)
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        for_each      = toset(var.names)
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          encrypted = true
        }
      }
    EOT
  }

  example "a second disk" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          encrypted = true
        }

        ebs_block_device {
          device_name = "/dev/sdf"
          volume_size = 100
        }

        ebs_block_device {
          device_name = "/dev/sdg"
          snapshot_id = "snap-0123456789abcdef0"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        root_block_device {
          encrypted = true
        }

        ebs_block_device {
          device_name = "/dev/sdf"
          volume_size = 100
          encrypted   = true
        }

        ebs_block_device {
          device_name = "/dev/sdg"
          snapshot_id = "snap-0123456789abcdef0"
        }
      }
    EOT
  }

  example "a launch configuration" {
    before = <<-EOT
      resource "aws_launch_configuration" "web" {
        image_id      = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_launch_configuration" "web" {
        image_id      = var.ami
        instance_type = "t3.small"

        root_block_device {
          encrypted = true
        }
      }
    EOT
  }

  example "the published module cloudposse/ec2-instance 1.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        root_block_device_encrypted = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        root_block_device_encrypted = true
        ebs_volume_encrypted        = true
      }
    EOT
  }
}
