rule "aws/ssm/secure-string" {
  title    = "Keep a parameter encrypted"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A plain parameter is shown to everybody who may list parameters, in
    consoles, logs and change records. Encrypted, reading it takes a second
    permission and leaves a trace.
  EOT

  references = [
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ssm_parameter",
  ]

  aliases {
    checkov = ["CKV2_AWS_34"]
  }

  target {
    resource = "aws_ssm_parameter"
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key to encrypt with: an id, an ARN or a reference. Null means the AWS managed key, which every reader of the parameter may use."
  }

  # A parameter that is encrypted already keeps its key: who reads it may lack permission to use another. Asked for while the
  # type is still what it was.
  set "key_id" {
    value   = param.kms_key
    present = true
    when    = param.kms_key != null && target.type != "SecureString"
  }

  set "type" {
    value = "SecureString"
  }

  refuse {
    when = target.type == "StringList"
    note = "An encrypted parameter holds one text, not a list, and this one is or may be a list. Split the list, or join it and let readers split it."
  }

  refuse {
    when = target.insecure_value != null
    note = "The text stands in `insecure_value`, or may, which an encrypted parameter may not have: move it to `value` first, and think of it as known."
  }

  refuse {
    when = target.data_type != null && target.data_type != "text"
    note = "Only parameters of plain text can be encrypted; this one is, or may be, one that AWS itself reads (`data_type`)."
  }

  applicability {
    level = "review"
    note  = "Readers need --with-decryption and permission to use the key; the parameter is written anew."
  }

  example "type not mentioned" {
    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        value = var.password
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        value = var.password
        type  = "SecureString"
      }
    EOT
  }

  example "type wrong in writing" {
    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        key_id = "alias/aws/ssm"
        type   = "String" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        key_id = "alias/aws/ssm"
        type   = "SecureString" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "String"
      }

      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        key_id = "alias/aws/ssm"
        type   = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "SecureString"
      }

      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        key_id = "alias/aws/ssm"
        type   = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        key_id = "alias/aws/ssm"
        type   = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        value  = var.password
        key_id = "alias/aws/ssm"
        type   = "SecureString"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        for_each = toset(var.names)
        name     = each.key
        value    = var.password
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        for_each = toset(var.names)
        name     = each.key
        value    = var.password
        type     = "SecureString"
      }
    EOT
  }

  example "a list" {
    before  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/hosts"
        type  = "StringList"
        value = "a,b"
      }
    EOT
    refused = true
  }

  example "marked as no secret" {
    before  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name           = "/orders/region"
        type           = "String"
        insecure_value = "eu-west-1"
      }
    EOT
    refused = true
  }

  example "the id of an image" {
    before  = <<-EOT
      resource "aws_ssm_parameter" "image" {
        name      = "/orders/image"
        type      = "String"
        value     = var.image_id
        data_type = "aws:ec2:image"
      }
    EOT
    refused = true
  }

  example "encrypted already with the key of AWS, where the organisation has its own" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        type  = "SecureString"
        value = var.password
      }
    EOT
    unchanged = true
  }

  example "with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name  = "/orders/password"
        type  = "String"
        value = var.password
      }
    EOT
    after  = <<-EOT
      resource "aws_ssm_parameter" "password" {
        name   = "/orders/password"
        type   = "SecureString"
        value  = var.password
        key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
