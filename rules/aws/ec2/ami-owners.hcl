rule "aws/ec2/ami-owners" {
  title    = "Take images from owners that are trusted"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Anybody may publish an image under a name that fits the pattern. The newest
    one wins, and it may be an attacker's.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/ami",
  ]

  aliases {
    checkov = ["CKV_AWS_386"]
    trivy   = ["AWS-0344"]
  }

  target {
    resource = "data.aws_ami"
  }

  param "image_owners" {
    type        = "string_list"
    required    = true
    description = "Accounts or aliases whose images may be used: self, amazon or account ids."
  }

  set "owners" {
    value   = param.image_owners
    present = true
  }

  applicability {
    level = "review"
    note  = "The newest image of those owners is taken; it may be another than before."
  }

  example "anybody's image" {
    params = { image_owners = ["amazon"] }

    before = <<-EOT
      data "aws_ami" "main" {
        most_recent = true

        filter {
          name   = "name"
          values = ["al2023-ami-*-x86_64"]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_ami" "main" {
        most_recent = true
        owners      = ["amazon"]

        filter {
          name   = "name"
          values = ["al2023-ami-*-x86_64"]
        }
      }
    EOT
  }

  example "nobody has said whom to trust" {
    before  = <<-EOT
      data "aws_ami" "main" {
        most_recent = true

        filter {
          name   = "name"
          values = ["al2023-ami-*-x86_64"]
        }
      }
    EOT
    refused = true
  }

  example "Amazon's" {
    params = { image_owners = ["amazon"] }

    before    = <<-EOT
      data "aws_ami" "main" {
        most_recent = true
        owners      = ["amazon"]

        filter {
          name   = "name"
          values = ["al2023-ami-*-x86_64"]
        }
      }
    EOT
    unchanged = true
  }
}
