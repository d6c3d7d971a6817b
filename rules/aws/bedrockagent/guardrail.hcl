rule "aws/bedrockagent/guardrail" {
  title    = "Have a guardrail watch a Bedrock agent"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An agent answers whatever it is talked into. A guardrail looks at what goes
    in and out, and stops what its owner has ruled out, private data included.
  EOT

  references = [
    "https://docs.aws.amazon.com/bedrock/latest/userguide/agents-guardrail.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/bedrockagent_agent",
  ]

  aliases {
    checkov = ["CKV_AWS_383"]
  }

  target {
    resource = "aws_bedrockagent_agent"
  }

  param "guardrail_identifier" {
    type        = "expression"
    required    = true
    description = "Guardrail of the organisation: its id, its ARN or a reference such as aws_bedrock_guardrail.main.guardrail_id."
  }
  param "guardrail_version" {
    type        = "expression"
    required    = true
    description = "Version of the guardrail, such as \"1\" or a reference such as aws_bedrock_guardrail_version.main.version."
  }

  # The provider takes it as a list of objects, not as a block.
  set "guardrail_configuration" {
    value   = [{ guardrail_identifier = param.guardrail_identifier, guardrail_version = param.guardrail_version }]
    present = true
  }

  applicability {
    level     = "review"
    note      = "The agent's role needs the permission bedrock:ApplyGuardrail on the guardrail."
    behaviour = "Questions and answers that the guardrail rules out are blocked or masked."
    cost      = "Guardrails are billed by the text that they look at."
  }

  example "no guardrail" {
    params = {
      guardrail_identifier = "abcd1234efgh"
      guardrail_version    = "1"
    }

    before = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
        guardrail_configuration = [{ guardrail_identifier = "abcd1234efgh", guardrail_version = "1" }]
      }
    EOT
  }

  example "nobody has given the guardrail yet" {
    before  = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
      }
    EOT
    refused = true
  }

  example "an empty list" {
    params = {
      guardrail_identifier = "abcd1234efgh"
      guardrail_version    = "1"
    }

    before = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
        guardrail_configuration = []
      }
    EOT
    after  = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
        guardrail_configuration = [{ guardrail_identifier = "abcd1234efgh", guardrail_version = "1" }]
      }
    EOT
  }

  example "one for each name" {
    params = {
      guardrail_identifier = "abcd1234efgh"
      guardrail_version    = "1"
    }

    before = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        for_each                = toset(var.names)
        agent_name              = each.key
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        for_each                = toset(var.names)
        agent_name              = each.key
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
        guardrail_configuration = [{ guardrail_identifier = "abcd1234efgh", guardrail_version = "1" }]
      }
    EOT
  }

  example "decided by a variable" {
    params = {
      guardrail_identifier = "abcd1234efgh"
      guardrail_version    = "1"
    }

    before = <<-EOT
      variable "guardrails" {
        default = []
      }

      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
        guardrail_configuration = var.guardrails
      }
    EOT
    after  = <<-EOT
      variable "guardrails" {
        default = [{ guardrail_identifier = "abcd1234efgh", guardrail_version = "1" }]
      }

      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn
        guardrail_configuration = var.guardrails
      }
    EOT
  }

  example "already right" {
    params = {
      guardrail_identifier = "abcd1234efgh"
      guardrail_version    = "1"
    }

    before    = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn

        guardrail_configuration = [{
          guardrail_identifier = aws_bedrock_guardrail.main.guardrail_id
          guardrail_version    = "DRAFT"
        }]
      }
    EOT
    unchanged = true
  }

  example "already right, written as a block" {
    params = {
      guardrail_identifier = "abcd1234efgh"
      guardrail_version    = "1"
    }

    before    = <<-EOT
      resource "aws_bedrockagent_agent" "support" {
        agent_name              = "support"
        foundation_model        = "anthropic.claude-3-haiku-20240307-v1:0"
        agent_resource_role_arn = aws_iam_role.agent.arn

        guardrail_configuration {
          guardrail_identifier = aws_bedrock_guardrail.main.guardrail_id
          guardrail_version    = "3"
        }
      }
    EOT
    unchanged = true
  }
}
