rule "aws/ec2/ebs-optimized" {
  title    = "Give an instance a network of its own for its volumes"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without it traffic to the volumes shares the instance's network, so that a
    busy disk slows requests and a flood of requests slows the disk.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-optimized.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance",
  ]

  aliases {
    checkov   = ["CKV_AWS_135"]
    kics      = ["60224630-175a-472a-9e23-133827040766"]
    terrascan = ["AC_AWS_0449"]
  }

  target {
    resource = "aws_instance"
  }

  set "ebs_optimized" {
    value = true
  }

  refuse {
    when = try(matches(target.instance_type, "^(t1|t2|hs1|cc2|cr1)[.]|^(m1[.](small|medium)|c1[.]medium|m2[.]xlarge|(m3|c3|r3)[.](medium|large|8xlarge)|(g2|i2)[.]8xlarge)$"), false)
    note = "AWS has no network of its own for the volumes of this instance type, and refuses the argument. Move to a type that has one: the current generations have it by default."
  }

  module "terraform-aws-modules/ec2-instance/aws" {
    version = ">= 3.0"

    set "ebs_optimized" {
      value = true
    }
  }

  module "cloudposse/ec2-instance/aws" {
    version = ">= 0.40"

    set "ebs_optimized" {
      value = true
    }
  }

  applicability {
    level    = "review"
    note     = "AWS stops and starts the instance for the change, unless its type is optimised by default."
    downtime = "A stop and a start of the instance."
  }

  example "ebs optimized not mentioned" {
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
        ebs_optimized = true
      }
    EOT
  }

  example "a type that has none" {
    before  = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t2.micro"
      }
    EOT
    refused = true
  }

  example "a type that has none, by a variable" {
    before  = <<-EOT
      variable "size" {
        default = "m3.medium"
      }

      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = var.size
      }
    EOT
    refused = true
  }

  example "a type that nobody knows" {
    before = <<-EOT
      variable "size" {
        type = string
      }

      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = var.size
      }
    EOT
    after  = <<-EOT
      variable "size" {
        type = string
      }

      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = var.size
        ebs_optimized = true
      }
    EOT
  }

  example "ebs optimized wrong in writing" {
    before = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        ebs_optimized = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        ebs_optimized = true # decided in 2019
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
        ebs_optimized = var.setting
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
        ebs_optimized = var.setting
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
        ebs_optimized = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_instance" "main" {
        ami           = var.ami
        instance_type = "t3.small"
        ebs_optimized = true
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
        ebs_optimized = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/ec2-instance ~> 5.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ec2-instance/aws"
        version = "~> 5.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/ec2-instance/aws"
        version = "~> 5.0"

        ebs_optimized = true
      }
    EOT
  }

  example "the published module cloudposse/ec2-instance 1.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        ebs_optimized = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        ebs_optimized = true
      }
    EOT
  }
}
