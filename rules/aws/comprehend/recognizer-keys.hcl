rule "aws/comprehend/recognizer-keys" {
  title    = "Encrypt an entity recogniser's model and volumes with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A recogniser is trained on real documents, and traces of them remain in the
    model and on the training volumes. A customer managed key limits and logs
    access to both.
  EOT

  references = [
    "https://docs.aws.amazon.com/comprehend/latest/dg/kms-in-comprehend.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/comprehend_entity_recognizer",
  ]

  aliases {
    checkov = ["CKV_AWS_267", "CKV_AWS_268"]
  }

  target {
    resource = "aws_comprehend_entity_recognizer"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "model_kms_key_id" {
    value   = param.kms_key
    present = true
  }

  set "volume_kms_key_id" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "Terraform trains a new version of the recogniser; the data access role needs permission to use the key."
    cost  = "A new version is trained."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_comprehend_entity_recognizer" "main" {
        name                 = "main"
        language_code        = "en"
        data_access_role_arn = aws_iam_role.training.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_comprehend_entity_recognizer" "main" {
        name                 = "main"
        language_code        = "en"
        data_access_role_arn = aws_iam_role.training.arn
        model_kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        volume_kms_key_id    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_comprehend_entity_recognizer" "main" {
        name                 = "main"
        language_code        = "en"
        data_access_role_arn = aws_iam_role.training.arn
        volume_kms_key_id    = aws_kms_key.other.arn
        model_kms_key_id     = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_comprehend_entity_recognizer" "main" {
        for_each             = toset(var.names)
        name                 = each.key
        language_code        = "en"
        data_access_role_arn = aws_iam_role.training.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_comprehend_entity_recognizer" "main" {
        for_each             = toset(var.names)
        name                 = each.key
        language_code        = "en"
        data_access_role_arn = aws_iam_role.training.arn
        model_kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        volume_kms_key_id    = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_comprehend_entity_recognizer" "main" {
        name                 = "main"
        language_code        = "en"
        data_access_role_arn = aws_iam_role.training.arn
      }
    EOT
    refused = true
  }
}
