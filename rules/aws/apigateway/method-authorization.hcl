rule "aws/apigateway/method-authorization" {
  title    = "Ask who calls a method of an API"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A method without authorization is a door to what is behind it, for anybody
    who knows or guesses its address.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method",
  ]

  aliases {
    checkov   = ["CKV_AWS_59"]
    trivy     = ["AWS-0004"]
    tfsec     = ["aws-api-gateway-no-public-access"]
    kics      = ["15ccec05-5476-4890-ad19-53991eba1db8", "108aa260-6dab-4a75-ae3f-de917d634840"]
    terrascan = ["AC_AWS_0439"]
  }

  target {
    resource = "aws_api_gateway_method"
  }

  set "authorization" {
    value = "AWS_IAM"
    when  = target.http_method != "OPTIONS" && target.api_key_required != true && (target.authorization == "NONE" || target.authorization == null)
  }

  applicability {
    level     = "review"
    note      = "Callers must sign their requests from the next apply on. If the API is for browsers or partners, an authorizer of your own is the better end. A stage goes on as it was deployed until it is deployed again, which a deployment whose `triggers` hold only ids of methods does not notice: add what changed to them."
    behaviour = "Unsigned requests are refused."
  }

  example "open to everybody" {
    before = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.main.id
        http_method   = "GET"
        authorization = "NONE" # for now
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.main.id
        http_method   = "GET"
        authorization = "AWS_IAM" # for now
      }
    EOT
  }

  example "an authorizer" {
    before    = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.main.id
        http_method   = "GET"
        authorization = "CUSTOM"
        authorizer_id = aws_api_gateway_authorizer.main.id
      }
    EOT
    unchanged = true
  }

  example "the browser's question before a request" {
    before    = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.main.id
        http_method   = "OPTIONS"
        authorization = "NONE"
      }
    EOT
    unchanged = true
  }

  example "an API key" {
    before    = <<-EOT
      resource "aws_api_gateway_method" "main" {
        rest_api_id      = aws_api_gateway_rest_api.main.id
        resource_id      = aws_api_gateway_resource.main.id
        http_method      = "GET"
        authorization    = "NONE"
        api_key_required = true
      }
    EOT
    unchanged = true
  }
}
