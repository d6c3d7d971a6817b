rule "aws/codeartifact/domain-key" {
  title    = "Encrypt a CodeArtifact domain with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Packages in the domain run in every build. A customer managed key lets the
    owner log and end access to the store they come from.
  EOT

  references = [
    "https://docs.aws.amazon.com/codeartifact/latest/ug/domain-create.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/codeartifact_domain",
  ]

  aliases {
    checkov = ["CKV_AWS_221"]
  }

  target {
    resource = "aws_codeartifact_domain"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "encryption_key" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the domain; its repositories and packages are lost."
    replacement = true
    data_loss   = "Packages that only this domain holds."

    runbook = <<-EOT
      1. Create a second domain with the key and publish the packages there.
      2. Point builds to it.
      3. Remove the old domain.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codeartifact_domain" "main" {
        domain = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_codeartifact_domain" "main" {
        domain         = "main"
        encryption_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_codeartifact_domain" "main" {
        domain         = "main"
        encryption_key = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_codeartifact_domain" "main" {
        for_each = toset(var.names)
        domain   = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_codeartifact_domain" "main" {
        for_each       = toset(var.names)
        domain         = "main"
        encryption_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_codeartifact_domain" "main" {
        domain = "main"
      }
    EOT
    refused = true
  }
}
