rule "aws/bedrockagent/agent-key" {
  title    = "Encrypt a Bedrock agent with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An agent keeps its instructions and the sessions of the people who talk to
    it. A customer managed key limits, logs and can end access to both.
  EOT

  references = [
    "https://docs.aws.amazon.com/bedrock/latest/userguide/encryption-agents-new.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/bedrockagent_agent",
  ]

  aliases {
    checkov = ["CKV_AWS_373"]
  }

  target {
    resource = "aws_bedrockagent_agent"
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  set "customer_encryption_key_arn" {
    value   = param.kms_key
    present = true
  }

  applicability {
    level = "review"
    note  = "The agent's role and its callers need permission to use the key."
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_bedrockagent_agent" "main" {
        agent_name              = "main"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_bedrockagent_agent" "main" {
        agent_name                  = "main"
        foundation_model            = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn     = aws_iam_role.agent.arn
        customer_encryption_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_bedrockagent_agent" "main" {
        agent_name                  = "main"
        foundation_model            = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn     = aws_iam_role.agent.arn
        customer_encryption_key_arn = aws_kms_key.other.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_bedrockagent_agent" "main" {
        for_each                = toset(var.names)
        agent_name              = "main"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_bedrockagent_agent" "main" {
        for_each                    = toset(var.names)
        agent_name                  = "main"
        foundation_model            = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn     = aws_iam_role.agent.arn
        customer_encryption_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_bedrockagent_agent" "main" {
        agent_name              = "main"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
      }
    EOT
    refused = true
  }
}
