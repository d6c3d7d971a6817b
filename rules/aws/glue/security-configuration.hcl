rule "aws/glue/security-configuration" {
  title    = "Run Glue under a security configuration"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without one, what a job logs, remembers and writes lies unencrypted in three
    places.
  EOT

  references = [
    "https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/glue_job",
  ]

  aliases {
    checkov = ["CKV_AWS_195"]
  }

  target {
    resource = ["aws_glue_job", "aws_glue_crawler", "aws_glue_dev_endpoint"]
  }

  param "security_configuration" {
    type        = "expression"
    required    = true
    description = "Security configuration that encrypts logs, bookmarks and output: a name or a reference such as aws_glue_security_configuration.main.name."
  }

  set "security_configuration" {
    value   = param.security_configuration
    present = true
  }

  applicability {
    level = "review"
    note  = "The role needs permission to use the configuration's keys."
  }

  example "security configuration not mentioned" {
    params = { security_configuration = "main" }

    before = <<-EOT
      resource "aws_glue_job" "main" {
        name     = "orders"
        role_arn = aws_iam_role.glue.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_glue_job" "main" {
        name                   = "orders"
        role_arn               = aws_iam_role.glue.arn
        security_configuration = "main"
      }
    EOT
  }

  example "already right" {
    params = { security_configuration = "main" }

    before    = <<-EOT
      resource "aws_glue_job" "main" {
        name                   = "orders"
        role_arn               = aws_iam_role.glue.arn
        security_configuration = aws_glue_security_configuration.main.name
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { security_configuration = "main" }

    before = <<-EOT
      resource "aws_glue_job" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.glue.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_glue_job" "main" {
        for_each               = toset(var.names)
        name                   = each.key
        role_arn               = aws_iam_role.glue.arn
        security_configuration = "main"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_glue_job" "main" {
        name     = "orders"
        role_arn = aws_iam_role.glue.arn
      }
    EOT
    refused = true
  }
}
