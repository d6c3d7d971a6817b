rule "aws/dlm/schedule-copy-encryption" {
  title    = "Encrypt snapshots that a schedule copies to another region"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A copy leaves the encryption of its source behind. In the second region it
    lies open for everybody who may use snapshots there.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dlm_lifecycle_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_255"]
  }

  target {
    resource = "aws_dlm_lifecycle_policy"
  }

  set "policy_details.schedule[*].cross_region_copy_rule[*].encrypted" {
    value         = true
    create_blocks = false
  }

  applicability {
    level = "safe"
  }

  example "in the clear" {
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
            }
          }
        }
      }
    EOT
  }

  example "encrypted" {
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
