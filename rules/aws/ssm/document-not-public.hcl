rule "aws/ssm/document-not-public" {
  title    = "Take a document back from the public"
  severity = "critical"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A public document tells everybody how machines are run here, with paths,
    names and sometimes credentials in it.
  EOT

  references = [
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ssm_document",
  ]

  aliases {
    checkov      = ["CKV_AWS_303"]
    security_hub = ["SSM.4"]
    prowler      = ["ssm_documents_set_as_public"]
  }

  target {
    resource = "aws_ssm_document"
  }

  remove "permissions" {
    when = target.permissions.account_ids == "All" || target.permissions.account_ids == "all"
  }

  applicability {
    level = "review"
    note  = "Other accounts can no longer run the document."
  }

  example "shared with everybody" {
    before = <<-EOT
      resource "aws_ssm_document" "patch" {
        name          = "patch"
        document_type = "Command"
        content       = file("patch.json")

        permissions = {
          type        = "Share"
          account_ids = "All"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_document" "patch" {
        name          = "patch"
        document_type = "Command"
        content       = file("patch.json")
      }
    EOT
  }

  example "shared with one account" {
    before    = <<-EOT
      resource "aws_ssm_document" "patch" {
        name          = "patch"
        document_type = "Command"
        content       = file("patch.json")

        permissions = {
          type        = "Share"
          account_ids = "111122223333"
        }
      }
    EOT
    unchanged = true
  }

  example "not shared" {
    before    = <<-EOT
      resource "aws_ssm_document" "patch" {
        name          = "patch"
        document_type = "Command"
        content       = file("patch.json")
      }
    EOT
    unchanged = true
  }
}
