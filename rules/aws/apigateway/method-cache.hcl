rule "aws/apigateway/method-cache" {
  title    = "Cache the answers of API methods, encrypted"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Cached answers spare what lies behind the API, but they lie on a disk.
    Encrypted there, they are no easier to read than where they came from.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_settings",
  ]

  aliases {
    checkov      = ["CKV_AWS_225", "CKV_AWS_308"]
    trivy        = ["AWS-0002", "AWS-0190"]
    kics         = ["b7c9a40c-23e4-4a2d-8d39-a3352f10f288"]
    security_hub = ["APIGateway.5"]
    prowler      = ["apigateway_restapi_cache_encrypted"]
  }

  target {
    resource = "aws_api_gateway_method_settings"
  }

  set "settings.caching_enabled" {
    value = true
  }

  set "settings.cache_data_encrypted" {
    value = true
  }

  applicability {
    level = "review"
    note  = "Clients may get answers that are up to five minutes old; the stage needs a cache of its own for this to work."
    cost  = "The stage's cache is billed by the hour."
  }

  example "caching enabled not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = true
        }
      }
    EOT
  }

  example "caching enabled wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = var.setting
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
          cache_data_encrypted = true
          caching_enabled      = var.setting
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
          cache_data_encrypted = true
          caching_enabled      = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        for_each    = toset(var.names)
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        for_each    = toset(var.names)
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "a cache in the clear" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }
}
