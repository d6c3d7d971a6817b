rule "aws/ec2/require-imdsv2" {
  title    = "Require session tokens for the instance metadata service"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Version 1 of the metadata service answers any plain GET, so that one
    server-side request forgery in an application hands out the instance's
    credentials. Version 2 wants a token fetched by PUT first.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
  ]

  aliases {
    checkov      = ["CKV_AWS_79"]
    trivy        = ["AWS-0028", "AWS-0130"]
    tfsec        = ["aws-ec2-enforce-http-token-imds"]
    terrascan    = ["AC_AWS_0479", "AC_AWS_0487"]
    snyk         = ["SNYK-CC-TF-130"]
    security_hub = ["EC2.8", "EC2.170", "AutoScaling.3"]
    prowler      = ["ec2_instance_imdsv2_enabled", "ec2_launch_template_imdsv2_required"]
    cis_aws      = ["5.0.0/5.7", "3.0.0/5.6"]
  }

  target {
    resource = ["aws_instance", "aws_launch_template", "aws_launch_configuration"]
  }

  block "metadata_options" {
    body {
      set "http_endpoint" {
        value = "enabled"
        keep  = true
      }
      set "http_tokens" {
        value = "required"
      }
    }

    when = target.metadata_options.http_endpoint != "disabled"
  }

  module "terraform-aws-modules/ec2-instance/aws" {
    version = ">= 3.0"

    set "metadata_options.http_tokens" {
      value = "required"
      when  = target.metadata_options.http_endpoint != "disabled"
    }
  }

  module "cloudposse/ec2-instance/aws" {
    version = ">= 0.40"

    set "metadata_http_tokens_required" {
      value = true
      when  = target.metadata_http_endpoint_enabled != false
    }
  }

  applicability {
    level     = "review"
    note      = "Software that still speaks version 1 (SDKs from before November 2019) loses its credentials; the CloudWatch metric MetadataNoToken shows whether there is any."
    behaviour = "Metadata requests without a token are answered with 401."
  }

  example "http tokens not mentioned" {
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

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "required"
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "required"
        }
      }
    EOT
  }

  example "http tokens wrong in writing" {
    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "optional" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "required" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "optional"
      }

      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "required"
      }

      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = var.setting
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

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "required"
        }
      }
    EOT
    unchanged = true
  }

  example "several instances" {
    before = <<-EOT
      resource "aws_instance" "web" {
        count         = 3
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        count         = 3
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "required"
        }
      }
    EOT
  }

  example "the metadata service is off" {
    before    = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "disabled"
        }
      }
    EOT
    unchanged = true
  }

  example "the published module" {
    before = <<-EOT
      module "web" {
        source = "terraform-aws-modules/ec2-instance/aws"
      }
    EOT
    after  = <<-EOT
      module "web" {
        source = "terraform-aws-modules/ec2-instance/aws"

        metadata_options = { http_tokens = "required" }
      }
    EOT
  }

  example "a launch template" {
    before = <<-EOT
      resource "aws_launch_template" "web" {
        image_id      = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_launch_template" "web" {
        image_id      = var.ami
        instance_type = "t3.small"

        metadata_options {
          http_endpoint = "enabled"
          http_tokens   = "required"
        }
      }
    EOT
  }

  example "the published module cloudposse/ec2-instance 1.6.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        metadata_http_tokens_required = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/ec2-instance/aws"
        version = "1.6.0"

        metadata_http_tokens_required = true
      }
    EOT
  }
}
