rule "aws/apigateway/web-acl" {
  title    = "Put a web ACL before the stage of an API"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    An API that everybody can reach gets what everybody sends: injections, scans
    and floods. A web ACL turns them away before they cost anything.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl_association",
  ]

  aliases {
    checkov      = ["CKV2_AWS_29"]
    kics         = ["a186e82c-1078-4a7b-85d8-579561fde884"]
    security_hub = ["APIGateway.4"]
    prowler      = ["apigateway_restapi_waf_acl_attached"]
  }

  target {
    resource = "aws_api_gateway_stage"
  }

  param "web_acl_arn" {
    type        = "expression"
    required    = true
    description = "Regional WAFv2 web ACL: an ARN or a reference such as aws_wafv2_web_acl.main.arn."
  }

  companion "aws_wafv2_web_acl_association" {
    link            = "resource_arn"
    link_attributes = ["arn", "id"]

    body {
      resource_arn = target.arn
      set "web_acl_arn" {
        value = param.web_acl_arn
        keep  = true
      }
    }
    when = !linked("aws_wafregional_web_acl_association", "resource_arn")
  }

  applicability {
    level     = "review"
    note      = "Requests that the web ACL blocks no longer reach the API; let its rules count first if in doubt."
    behaviour = "Requests that match a blocking rule are refused."
    cost      = "WAF is billed by web ACL, rule and request."
  }

  example "no firewall" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_wafv2_web_acl_association" "prod" {
        resource_arn = aws_api_gateway_stage.prod.arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "one for each name" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        for_each      = toset(var.names)
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        for_each      = toset(var.names)
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_wafv2_web_acl_association" "prod" {
        for_each = toset(var.names)

        resource_arn = aws_api_gateway_stage.prod[each.key].arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has named the web ACL" {
    before  = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }
    EOT
    refused = true
  }

  example "a web ACL elsewhere in the module" {
    before    = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_wafv2_web_acl_association" "main" {
        resource_arn = aws_api_gateway_stage.prod.arn
        web_acl_arn  = aws_wafv2_web_acl.main.arn
      }
    EOT
    unchanged = true
  }

  example "a web ACL of WAF Classic" {
    before    = <<-EOT
      resource "aws_api_gateway_stage" "prod" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_wafregional_web_acl_association" "main" {
        resource_arn = aws_api_gateway_stage.prod.arn
        web_acl_id   = aws_wafregional_web_acl.main.id
      }
    EOT
    unchanged = true
  }

  example "a regional API" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_api_gateway_rest_api" "orders" {
        name = "orders"

        endpoint_configuration {
          types = ["REGIONAL"]
        }
      }

      resource "aws_api_gateway_stage" "live" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        deployment_id = aws_api_gateway_deployment.orders.id
        stage_name    = "live"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_rest_api" "orders" {
        name = "orders"

        endpoint_configuration {
          types = ["REGIONAL"]
        }
      }

      resource "aws_api_gateway_stage" "live" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        deployment_id = aws_api_gateway_deployment.orders.id
        stage_name    = "live"
      }

      resource "aws_wafv2_web_acl_association" "live" {
        resource_arn = aws_api_gateway_stage.live.arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
