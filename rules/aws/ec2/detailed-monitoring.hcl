rule "aws/ec2/detailed-monitoring" {
  title    = "Record the metrics of an instance every minute"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Basic monitoring gives one value in five minutes, in which a short peak or a
    crash disappears. Detailed monitoring gives one each minute, soon enough for
    alarms and scaling.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance",
  ]

  aliases {
    checkov   = ["CKV_AWS_126"]
    kics      = ["23b70e32-032e-4fa6-ba5c-82f56b9980e6"]
    terrascan = ["AC_AWS_0480"]
    prowler   = ["ec2_instance_detailed_monitoring_enabled"]
  }

  target {
    resource = "aws_instance"
  }

  set "monitoring" {
    value = true
  }

  module "terraform-aws-modules/ec2-instance/aws" {
    version = ">= 3.0"

    set "monitoring" {
      value = true
    }
  }

  module "cloudposse/ec2-instance/aws" {
    version = ">= 0.40"

    set "monitoring" {
      value = true
    }
  }

  applicability {
    level = "safe"
    cost  = "Detailed monitoring is billed by metric."
  }

  example "monitoring not mentioned" {
    before = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = true
      }
    EOT
  }

  example "monitoring wrong in writing" {
    before = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_instance" "main" {
        for_each      = toset(var.names)
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "main" {
        for_each      = toset(var.names)
        ami           = var.ami
        instance_type = "t3.small"
        monitoring    = true
      }
    EOT
  }

  example "the published module ec2-instance" {
    before = <<-EOT
      module "main" {
        source = "terraform-aws-modules/ec2-instance/aws"

        monitoring = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source = "terraform-aws-modules/ec2-instance/aws"

        monitoring = true
      }
    EOT
  }

  example "the published module cloudposse/ec2-instance 1.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        monitoring = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        monitoring = true
      }
    EOT
  }
}
