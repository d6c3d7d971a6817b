rule "aws/apigateway/route-authorization" {
  title    = "Ask who calls a route of an HTTP API"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A route without authorization is a door to what is behind it, for anybody
    who knows or guesses its address.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/apigatewayv2_route",
  ]

  aliases {
    checkov      = ["CKV_AWS_309"]
    security_hub = ["APIGateway.8"]
    prowler      = ["apigatewayv2_api_authorizers_enabled"]
  }

  target {
    resource = "aws_apigatewayv2_route"
  }

  set "authorization_type" {
    value  = "AWS_IAM"
    one_of = ["AWS_IAM", "CUSTOM", "JWT"]
  }

  applicability {
    level     = "review"
    note      = "Callers must sign their requests from the next apply on. If the API is for browsers or partners, an authorizer of your own is the better end."
    behaviour = "Unsigned requests are refused."
  }

  example "authorization type not mentioned" {
    before = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        api_id    = var.api_id
        route_key = var.route_key
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = "AWS_IAM"
      }
    EOT
  }

  example "authorization type wrong in writing" {
    before = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = "NONE" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = "AWS_IAM" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "NONE"
      }

      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "AWS_IAM"
      }

      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = "JWT"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        for_each  = toset(var.names)
        api_id    = var.api_id
        route_key = var.route_key
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_route" "main" {
        for_each           = toset(var.names)
        api_id             = var.api_id
        route_key          = var.route_key
        authorization_type = "AWS_IAM"
      }
    EOT
  }
}
