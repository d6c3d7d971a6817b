rule "aws/ec2/metadata-hop-limit" {
  title    = "Keep metadata answers on the instance"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    With more than one hop, containers and anything routed through the instance
    can fetch its credentials. One hop keeps the answer on the host itself.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/launch_template",
  ]

  aliases {
    checkov      = ["CKV_AWS_341"]
    security_hub = ["AutoScaling.4"]
  }

  target {
    resource = ["aws_launch_template", "aws_launch_configuration"]
  }

  set "metadata_options.http_put_response_hop_limit" {
    value   = 1
    at_most = 1
    default = 1
  }

  applicability {
    level = "review"
    note  = "Containers in bridge networks on these instances lose access to the metadata service; give them task or pod roles instead."
  }

  example "http put response hop limit not mentioned" {
    before    = <<-EOT
      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami
      }
    EOT
    unchanged = true
  }

  example "http put response hop limit wrong in writing" {
    before = <<-EOT
      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami

        metadata_options {
          http_put_response_hop_limit = 2 # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami

        metadata_options {
          http_put_response_hop_limit = 1 # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = number
        default = 2
      }

      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami

        metadata_options {
          http_put_response_hop_limit = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = number
        default = 1
      }

      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami

        metadata_options {
          http_put_response_hop_limit = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = number
      }

      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami

        metadata_options {
          http_put_response_hop_limit = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_launch_template" "main" {
        name     = "web"
        image_id = var.ami

        metadata_options {
          http_put_response_hop_limit = 1
        }
      }
    EOT
    unchanged = true
  }
}
