rule "aws/apigateway/stage-client-certificate" {
  title    = "Show a stage's backend who is calling"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A backend that is on the internet cannot tell the gateway from anybody else,
    unless the gateway shows a certificate.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-client-side-ssl-authentication.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage",
  ]

  aliases {
    checkov      = ["CKV2_AWS_51"]
    kics         = ["0b4869fc-a842-4597-aa00-1294df425440"]
    terrascan    = ["AC_AWS_0013"]
    security_hub = ["APIGateway.2"]
    prowler      = ["apigateway_restapi_client_certificate_enabled"]
  }

  target {
    resource = ["aws_api_gateway_stage", "aws_apigatewayv2_stage"]
  }

  param "api_client_certificate_id" {
    type        = "expression"
    required    = true
    description = "Client certificate for the backend: a reference such as aws_api_gateway_client_certificate.main.id."
  }

  set "client_certificate_id" {
    value   = param.api_client_certificate_id
    present = true
  }

  refuse {
    when = resource.type == "aws_apigatewayv2_stage" && !anytrue([for api in resources("aws_apigatewayv2_api") : try(api.protocol_type == "WEBSOCKET", false)])
    note = "Only WebSocket APIs take a client certificate at their stage. For HTTP APIs, mutual TLS is a setting of the domain name and needs a trust store."
  }

  applicability {
    level = "safe"
  }

  example "client certificate id not mentioned" {
    params = { api_client_certificate_id = "a1b2c3" }

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
        client_certificate_id = "a1b2c3"
      }
    EOT
  }

  example "already right" {
    params = { api_client_certificate_id = "a1b2c3" }

    before    = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id           = aws_api_gateway_rest_api.main.id
        deployment_id         = aws_api_gateway_deployment.main.id
        stage_name            = "prod"
        client_certificate_id = aws_api_gateway_client_certificate.other.id
      }
    EOT
    unchanged = true
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    refused = true
  }

  example "a stage of a WebSocket API" {
    params = { api_client_certificate_id = "a1b2c3" }

    before = <<-EOT
      resource "aws_apigatewayv2_api" "main" {
        name          = "main"
        protocol_type = "WEBSOCKET"
      }

      resource "aws_apigatewayv2_stage" "main" {
        api_id = aws_apigatewayv2_api.main.id
        name   = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_api" "main" {
        name          = "main"
        protocol_type = "WEBSOCKET"
      }

      resource "aws_apigatewayv2_stage" "main" {
        api_id                = aws_apigatewayv2_api.main.id
        name                  = "prod"
        client_certificate_id = "a1b2c3"
      }
    EOT
  }

  example "a stage of an HTTP API" {
    params = { api_client_certificate_id = "a1b2c3" }

    before  = <<-EOT
      resource "aws_apigatewayv2_api" "main" {
        name          = "main"
        protocol_type = "HTTP"
      }

      resource "aws_apigatewayv2_stage" "main" {
        api_id = aws_apigatewayv2_api.main.id
        name   = "prod"
      }
    EOT
    refused = true
  }
}
