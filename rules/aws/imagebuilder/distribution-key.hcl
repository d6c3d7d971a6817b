rule "aws/imagebuilder/distribution-key" {
  title    = "Encrypt the images that Image Builder distributes with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A machine image carries the whole file system of the build. Encrypted with a
    customer managed key it can only be started where its owner allows it.
  EOT

  references = [
    "https://docs.aws.amazon.com/imagebuilder/latest/userguide/data-protection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/imagebuilder_distribution_configuration",
  ]

  aliases {
    checkov = ["CKV_AWS_199"]
  }

  target {
    resource = "aws_imagebuilder_distribution_configuration"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "distribution[*].ami_distribution_configuration.kms_key_id" {
    value         = param.kms_key
    present       = true
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Accounts that start instances from the image need permission to use the key."
  }

  example "no key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_imagebuilder_distribution_configuration" "main" {
        name = "main"

        distribution {
          region = "eu-west-1"

          ami_distribution_configuration {
            name = "main-{{ imagebuilder:buildDate }}"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_imagebuilder_distribution_configuration" "main" {
        name = "main"

        distribution {
          region = "eu-west-1"

          ami_distribution_configuration {
            name       = "main-{{ imagebuilder:buildDate }}"
            kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_imagebuilder_distribution_configuration" "main" {
        name = "main"

        distribution {
          region = "eu-west-1"

          ami_distribution_configuration {
            name = "main-{{ imagebuilder:buildDate }}"
          }
        }
      }
    EOT
    refused = true
  }

  example "already encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_imagebuilder_distribution_configuration" "main" {
        name = "main"

        distribution {
          region = "eu-west-1"

          ami_distribution_configuration {
            name       = "main-{{ imagebuilder:buildDate }}"
            kms_key_id = aws_kms_key.images.arn
          }
        }
      }
    EOT
    unchanged = true
  }
}
