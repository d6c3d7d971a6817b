rule "aws/apigateway/access-logs" {
  title    = "Log the requests of an API"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The access log says who called what, when and from where, and what came
    back. Without it neither abuse nor a fault can be traced to the requests
    behind it.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_stage",
  ]

  aliases {
    checkov      = ["CKV_AWS_76"]
    trivy        = ["AWS-0001"]
    tfsec        = ["aws-api-gateway-enable-access-logging"]
    kics         = ["9111f9a5-6b80-40f9-bc82-c05f970779c3"]
    terrascan    = ["AC_AWS_0442"]
    snyk         = ["SNYK-CC-TF-138"]
    security_hub = ["APIGateway.9"]
    prowler      = ["apigatewayv2_api_access_logging_enabled"]
  }

  target {
    resource = ["aws_api_gateway_stage", "aws_apigatewayv2_stage"]
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  companion "aws_cloudwatch_log_group" {
    referenced_by = "access_log_settings.destination_arn"
    attribute     = "arn"

    # A log group's name is unique in the account and region: the API's id and the stage make it so, whatever calls the module.
    # A group may not have the dollar of `$default` in its name.
    body {
      set "name" {
        value = format("/aws/apigateway/%s/%s", target.rest_api_id, target.stage_name)
        when  = resource.type == "aws_api_gateway_stage"
      }
      set "name" {
        value = format("/aws/apigateway/%s/%s", target.api_id, trimprefix(target.name, "$"))
        when  = resource.type == "aws_apigatewayv2_stage" && try(trimprefix(target.name, "$") != null, false)
      }
      set "name" {
        value = replace(format("/aws/apigateway/%s/%s", target.api_id, target.name), "$", "")
        when  = resource.type == "aws_apigatewayv2_stage" && !try(trimprefix(target.name, "$") != null, false)
      }
      retention_in_days = 365
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
        when  = param.kms_key != null
      }
    }
  }

  set "access_log_settings.format" {
    value   = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
    present = true
  }

  applicability {
    level = "review"
    note  = "Stages of REST and WebSocket APIs need a role in the account for API Gateway to write logs (aws_api_gateway_account), or the apply fails; HTTP APIs need none."
    cost  = "Log ingestion and storage are billed."
  }

  example "no log" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = "prod"

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = "/aws/apigateway/${aws_api_gateway_rest_api.orders.id}/prod"
        retention_in_days = 365
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        for_each      = toset(var.names)
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        for_each      = toset(var.names)
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = each.key

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders[each.key].arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        for_each = toset(var.names)

        name              = "/aws/apigateway/${aws_api_gateway_rest_api.orders.id}/${each.key}"
        retention_in_days = 365
      }
    EOT
  }

  example "the newer kind of API" {
    before = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = "prod"

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = "/aws/apigateway/${aws_apigatewayv2_api.orders.id}/prod"
        retention_in_days = 365
      }
    EOT
  }

  example "the stage that has no name of its own" {
    before = <<-EOT
      resource "aws_apigatewayv2_stage" "default" {
        api_id      = aws_apigatewayv2_api.orders.id
        name        = "$default"
        auto_deploy = true
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_stage" "default" {
        api_id      = aws_apigatewayv2_api.orders.id
        name        = "$default"
        auto_deploy = true

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.default.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "default" {
        name              = "/aws/apigateway/${aws_apigatewayv2_api.orders.id}/default"
        retention_in_days = 365
      }
    EOT
  }

  example "a stage whose name the caller gives" {
    before = <<-EOT
      variable "stage" {
        type = string
      }

      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = var.stage
      }
    EOT
    after  = <<-EOT
      variable "stage" {
        type = string
      }

      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = var.stage

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = replace("/aws/apigateway/${aws_apigatewayv2_api.orders.id}/${var.stage}", "$", "")
        retention_in_days = 365
      }
    EOT
  }

  example "the default stage of each API" {
    before = <<-EOT
      resource "aws_apigatewayv2_stage" "default" {
        for_each = aws_apigatewayv2_api.api

        api_id      = each.value.id
        name        = "$default"
        auto_deploy = true
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_stage" "default" {
        for_each = aws_apigatewayv2_api.api

        api_id      = each.value.id
        name        = "$default"
        auto_deploy = true

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.default[each.key].arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "default" {
        for_each = aws_apigatewayv2_api.api

        name              = "/aws/apigateway/${each.value.id}/default"
        retention_in_days = 365
      }
    EOT
  }

  example "a REST API whose stage the caller names" {
    before = <<-EOT
      variable "stage" {
        type = string
      }

      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = var.stage
      }
    EOT
    after  = <<-EOT
      variable "stage" {
        type = string
      }

      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = var.stage

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = "/aws/apigateway/${aws_api_gateway_rest_api.orders.id}/${var.stage}"
        retention_in_days = 365
      }
    EOT
  }

  example "logged already" {
    before    = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = "prod"

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.api.arn
          format          = "$context.requestId $context.status"
        }
      }
    EOT
    unchanged = true
  }

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = "prod"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "orders" {
        deployment_id = aws_api_gateway_deployment.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        stage_name    = "prod"

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = "/aws/apigateway/${aws_api_gateway_rest_api.orders.id}/prod"
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
