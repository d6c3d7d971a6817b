rule "aws/apigateway/request-validation" {
  title    = "Validate the requests of a method"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What the gateway turns away at the door, the code behind it need not
    survive.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method",
  ]

  aliases {
    checkov = ["CKV2_AWS_53"]
  }

  target {
    resource = "aws_api_gateway_method"
  }

  param "request_validator_id" {
    type        = "expression"
    required    = true
    description = "Request validator of the API: a reference such as aws_api_gateway_request_validator.main.id."
  }

  set "request_validator_id" {
    value   = param.request_validator_id
    present = true
  }

  applicability {
    level     = "review"
    note      = "Requests that lack a required parameter or do not fit the model get 400 from the next apply on."
    behaviour = "Malformed requests are refused."
  }

  example "request validator id not mentioned" {
    params = { request_validator_id = "a1b2c3" }

    before = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.main.id
        http_method   = "GET"
        authorization = "AWS_IAM"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        resource_id          = aws_api_gateway_resource.main.id
        http_method          = "GET"
        authorization        = "AWS_IAM"
        request_validator_id = "a1b2c3"
      }
    EOT
  }

  example "already right" {
    params = { request_validator_id = "a1b2c3" }

    before    = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id          = aws_api_gateway_rest_api.main.id
        resource_id          = aws_api_gateway_resource.main.id
        http_method          = "GET"
        authorization        = "AWS_IAM"
        request_validator_id = aws_api_gateway_request_validator.other.id
      }
    EOT
    unchanged = true
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.main.id
        http_method   = "GET"
        authorization = "AWS_IAM"
      }
    EOT
    refused = true
  }
}
