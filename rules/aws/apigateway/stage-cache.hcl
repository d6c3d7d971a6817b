rule "aws/apigateway/stage-cache" {
  title    = "Cache the answers of an API stage"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A cache keeps floods of the same request away from the systems behind the
    API, which are what breaks first.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage",
  ]

  aliases {
    checkov = ["CKV_AWS_120"]
  }

  target {
    resource = "aws_api_gateway_stage"
  }

  param "size" {
    type        = "string"
    default     = "0.5"
    description = "Size of the cache in GB, one of those API Gateway offers."
  }

  set "cache_cluster_enabled" {
    value = true
  }

  set "cache_cluster_size" {
    value   = param.size
    present = true
  }

  applicability {
    level = "review"
    note  = "Clients may get answers that are up to five minutes old, unless methods set their own time to live."
    cost  = "A cache is billed by the hour, whether used or not."
  }

  example "cache cluster enabled not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_enabled = true
        cache_cluster_size    = "0.5"
      }
    EOT
  }

  example "cache cluster enabled wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_size    = "0.5"
        cache_cluster_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_size    = "0.5"
        cache_cluster_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_size    = "0.5"
        cache_cluster_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_size    = "0.5"
        cache_cluster_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_size    = "0.5"
        cache_cluster_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_size    = "0.5"
        cache_cluster_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        for_each      = toset(var.names)
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        for_each              = toset(var.names)
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        cache_cluster_enabled = true
        cache_cluster_size    = "0.5"
      }
    EOT
  }
}
