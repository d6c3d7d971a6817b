rule "aws/dlm/schedule-copy-key" {
  title    = "Encrypt snapshots that a schedule copies with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Under the default key of the second region everybody who may use snapshots
    there may restore them. A key of one's own limits and logs that.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dlm_lifecycle_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_256"]
  }

  target {
    resource = "aws_dlm_lifecycle_policy"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key in the region that the snapshots are copied to: an ARN or a reference."
  }

  set "policy_details.schedule[*].cross_region_copy_rule[*].encrypted" {
    value         = true
    create_blocks = false
  }

  set "policy_details.schedule[*].cross_region_copy_rule[*].cmk_arn" {
    value         = param.kms_key
    present       = true
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Whoever restores from the copies needs permission to use the key."
  }

  example "in the clear" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_dlm_lifecycle_policy" "main" {
        description        = "copies"
        execution_role_arn = aws_iam_role.dlm.arn

        policy_details {
          resource_types = ["VOLUME"]

          schedule {
            name = "daily"

            cross_region_copy_rule {
              target    = "eu-central-1"
              encrypted = false
            }
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_dlm_lifecycle_policy" "main" {
        description        = "copies"
        execution_role_arn = aws_iam_role.dlm.arn

        policy_details {
          resource_types = ["VOLUME"]

          schedule {
            name = "daily"

            cross_region_copy_rule {
              target    = "eu-central-1"
              encrypted = true
              cmk_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            }
          }
        }
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_dlm_lifecycle_policy" "main" {
        description        = "copies"
        execution_role_arn = aws_iam_role.dlm.arn

        policy_details {
          resource_types = ["VOLUME"]

          schedule {
            name = "daily"

            cross_region_copy_rule {
              target    = "eu-central-1"
              encrypted = false
            }
          }
        }
      }
    EOT
    refused = true
  }

  example "encrypted" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_dlm_lifecycle_policy" "main" {
        description        = "copies"
        execution_role_arn = aws_iam_role.dlm.arn

        policy_details {
          resource_types = ["VOLUME"]

          schedule {
            name = "daily"

            cross_region_copy_rule {
              target    = "eu-central-1"
              cmk_arn   = aws_kms_key.copies.arn
              encrypted = true
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
