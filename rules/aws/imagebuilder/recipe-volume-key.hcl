rule "aws/imagebuilder/recipe-volume-key" {
  title    = "Encrypt the disks of images that are built"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Every instance starts from the image, and the image can be shared with a
    click. Encrypted with a customer managed key it opens only where its owner
    allows it.
  EOT

  references = [
    "https://docs.aws.amazon.com/imagebuilder/latest/userguide/data-protection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/imagebuilder_image_recipe",
  ]

  aliases {
    checkov = ["CKV_AWS_200"]
  }

  target {
    resource = "aws_imagebuilder_image_recipe"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "block_device_mapping[*].ebs.encrypted" {
    value         = true
    create_blocks = false
  }

  set "block_device_mapping[*].ebs.kms_key_id" {
    value         = param.kms_key
    present       = true
    create_blocks = false
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the recipe, which needs a new version; images that exist stay."
    replacement = "The recipe is created anew."
  }

  example "a disk in the clear" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_imagebuilder_image_recipe" "main" {
        name         = "web"
        parent_image = var.image
        version      = "1.0.0"

        block_device_mapping {
          device_name = "/dev/xvda"

          ebs {
            volume_size = 20
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_imagebuilder_image_recipe" "main" {
        name         = "web"
        parent_image = var.image
        version      = "1.0.0"

        block_device_mapping {
          device_name = "/dev/xvda"

          ebs {
            volume_size = 20
            encrypted   = true
            kms_key_id  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_imagebuilder_image_recipe" "main" {
        name         = "web"
        parent_image = var.image
        version      = "1.0.0"

        block_device_mapping {
          device_name = "/dev/xvda"

          ebs {
            volume_size = 20
          }
        }
      }
    EOT
    refused = true
  }

  example "encrypted already" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_imagebuilder_image_recipe" "main" {
        name         = "web"
        parent_image = var.image
        version      = "1.0.0"

        block_device_mapping {
          device_name = "/dev/xvda"

          ebs {
            encrypted   = true
            kms_key_id  = aws_kms_key.images.arn
            volume_size = 20
          }
        }
      }
    EOT
    unchanged = true
  }

  example "no disks of its own" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_imagebuilder_image_recipe" "main" {
        name         = "web"
        parent_image = var.image
        version      = "1.0.0"
      }
    EOT
    unchanged = true
  }
}
