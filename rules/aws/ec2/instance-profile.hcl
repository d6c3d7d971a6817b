rule "aws/ec2/instance-profile" {
  title    = "Give an instance a role instead of keys"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An instance without a role gets its permissions by access keys on its disk,
    which live for years and are copied around. A role's credentials change
    every few hours.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance",
  ]

  aliases {
    checkov = ["CKV2_AWS_41"]
    prowler = ["ec2_instance_profile_attached"]
    cis_aws = ["5.0.0/1.17", "3.0.0/1.18"]
  }

  target {
    resource = "aws_instance"
  }

  param "instance_profile" {
    type        = "expression"
    required    = true
    description = "Instance profile with what the instance needs: a name or a reference such as aws_iam_instance_profile.web.name."
  }

  set "iam_instance_profile" {
    value   = param.instance_profile
    present = true
  }

  applicability {
    level = "safe"
  }

  example "iam instance profile not mentioned" {
    params = { instance_profile = "web" }

    before = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        ami                  = var.ami
        instance_type        = "t3.small"
        iam_instance_profile = "web"
      }
    EOT
  }

  example "already right" {
    params = { instance_profile = "web" }

    before    = <<-EOT
      resource "aws_instance" "web" {
        ami                  = var.ami
        instance_type        = "t3.small"
        iam_instance_profile = aws_iam_instance_profile.web.name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { instance_profile = "web" }

    before = <<-EOT
      resource "aws_instance" "web" {
        for_each      = toset(var.names)
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    after  = <<-EOT
      resource "aws_instance" "web" {
        for_each             = toset(var.names)
        ami                  = var.ami
        instance_type        = "t3.small"
        iam_instance_profile = "web"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_instance" "web" {
        ami           = var.ami
        instance_type = "t3.small"
      }
    EOT
    refused = true
  }
}
