rule "aws/apigateway/stage-tracing" {
  title    = "Trace the requests of an API stage"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A trace follows one request from the gateway through everything behind it.
    Without it neither a fault nor an attack can be followed past the first hop.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage",
  ]

  aliases {
    checkov      = ["CKV_AWS_73"]
    trivy        = ["AWS-0003"]
    tfsec        = ["aws-api-gateway-enable-tracing"]
    kics         = ["5813ef56-fa94-406a-b35d-977d4a56ff2b"]
    terrascan    = ["AC_AWS_0015"]
    security_hub = ["APIGateway.3"]
    prowler      = ["apigateway_restapi_tracing_enabled"]
  }

  target {
    resource = "aws_api_gateway_stage"
  }

  set "xray_tracing_enabled" {
    value = true
  }

  applicability {
    level = "safe"
    cost  = "Traces are billed by number."
  }

  example "xray tracing enabled not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = true
      }
    EOT
  }

  example "xray tracing enabled wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = true # decided in 2019
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
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_api_gateway_stage" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_api_gateway_stage" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = true
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
        for_each             = toset(var.names)
        rest_api_id          = aws_api_gateway_rest_api.main.id
        deployment_id        = aws_api_gateway_deployment.main.id
        stage_name           = "prod"
        xray_tracing_enabled = true
      }
    EOT
  }
}
