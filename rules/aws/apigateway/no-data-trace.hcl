rule "aws/apigateway/no-data-trace" {
  title    = "Keep request bodies out of an API's logs"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Data tracing writes complete requests and answers to the log, passwords,
    tokens and personal data included, where many more people can read them.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_settings",
  ]

  aliases {
    checkov = ["CKV_AWS_276"]
  }

  target {
    resource = "aws_api_gateway_method_settings"
  }

  set "settings.data_trace_enabled" {
    value         = false
    default       = false
    create_blocks = false
  }

  applicability {
    level     = "safe"
    behaviour = "Full requests and answers no longer appear in the execution log."
  }

  example "data trace enabled not mentioned" {
    before    = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"
      }
    EOT
    unchanged = true
  }

  example "data trace enabled wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          data_trace_enabled = true # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          data_trace_enabled = false # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          data_trace_enabled = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          data_trace_enabled = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          data_trace_enabled = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          data_trace_enabled = false
        }
      }
    EOT
    unchanged = true
  }
}
