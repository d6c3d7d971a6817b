rule "aws/dlm/copy-encryption" {
  title    = "Encrypt snapshots that are copied to another region"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A copy leaves the encryption of its source behind. In the second region it
    lies open for everybody who may use snapshots there.
  EOT

  references = [
    "https://docs.aws.amazon.com/ebs/latest/userguide/event-policy.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dlm_lifecycle_policy",
  ]

  aliases {
    checkov = ["CKV_AWS_253"]
  }

  target {
    resource = "aws_dlm_lifecycle_policy"
  }

  set "policy_details.action[*].cross_region_copy[*].encryption_configuration.encrypted" {
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
          policy_type = "EVENT_D_POLICY"

          action {
            name = "copy"

            cross_region_copy {
              target = "eu-central-1"

              encryption_configuration {
                encrypted = false
              }
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
          policy_type = "EVENT_D_POLICY"

          action {
            name = "copy"

            cross_region_copy {
              target = "eu-central-1"

              encryption_configuration {
                encrypted = true
              }
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
          policy_type = "EVENT_D_POLICY"

          action {
            name = "copy"

            cross_region_copy {
              target = "eu-central-1"

              encryption_configuration {
                cmk_arn   = aws_kms_key.copies.arn
                encrypted = true
              }
            }
          }
        }
      }
    EOT
    unchanged = true
  }
}
