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

    body {
      # By API and stage: a block that is there several times, or a module that is called twice, must not ask for one name twice.
      # The name of a log group has no dollar sign.
      name              = resource.type == "aws_apigatewayv2_stage" ? format("/aws/apigateway/%s/%s", target.api_id, resource.repetition != null ? target.name : try(target.name == "$default" ? "default" : target.name, resource.name)) : format("/aws/apigateway/%s/%s", target.rest_api_id, target.stage_name)
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
    note  = "The account needs a role for API Gateway to write logs (aws_api_gateway_account), or the apply fails."
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

  example "the stage that takes what no other does" {
    before = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = "$default"
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = "$default"

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = "/aws/apigateway/${aws_apigatewayv2_api.orders.id}/default"
        retention_in_days = 365
      }
    EOT
  }

  example "a stage whose name callers give" {
    before = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = var.stage
      }

      variable "stage" {
        type = string
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        api_id = aws_apigatewayv2_api.orders.id
        name   = var.stage

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders.arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        name              = "/aws/apigateway/${aws_apigatewayv2_api.orders.id}/orders"
        retention_in_days = 365
      }

      variable "stage" {
        type = string
      }
    EOT
  }

  example "several stages of the newer kind of API" {
    before = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        for_each = toset(var.stages)
        api_id   = aws_apigatewayv2_api.orders.id
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_apigatewayv2_stage" "orders" {
        for_each = toset(var.stages)
        api_id   = aws_apigatewayv2_api.orders.id
        name     = each.key

        access_log_settings {
          destination_arn = aws_cloudwatch_log_group.orders[each.key].arn
          format          = jsonencode({ requestId = "$context.requestId", ip = "$context.identity.sourceIp", requestTime = "$context.requestTime", httpMethod = "$context.httpMethod", status = "$context.status", responseLength = "$context.responseLength" })
        }
      }

      resource "aws_cloudwatch_log_group" "orders" {
        for_each = toset(var.stages)

        name              = "/aws/apigateway/${aws_apigatewayv2_api.orders.id}/${each.key}"
        retention_in_days = 365
      }
    EOT
  }
}
