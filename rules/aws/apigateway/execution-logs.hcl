rule "aws/apigateway/execution-logs" {
  title    = "Log the execution of the methods of a stage"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The access log says who called; the execution log says what became of it:
    which authorizer refused, which mapping failed, what came back from behind.
    Without it attempts to get past the checks stay unseen.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_settings",
  ]

  aliases {
    checkov      = ["CKV2_AWS_4"]
    security_hub = ["APIGateway.1"]
    prowler      = ["apigateway_restapi_logging_enabled"]
  }

  target {
    resource = "aws_api_gateway_stage"

    reached_from "aws_api_gateway_method_settings" {
      argument = "stage_name"
    }
  }

  companion "aws_api_gateway_method_settings" {
    link            = "stage_name"
    link_attributes = ["stage_name", "id"]

    body {
      set "rest_api_id" {
        value = target.rest_api_id
        keep  = true
      }
      stage_name = target.stage_name
      set "method_path" {
        value = "*/*"
        keep  = true
      }

      block "settings" {
        body {
          set "logging_level" {
            value  = "ERROR"
            one_of = ["ERROR", "INFO"]
          }
          metrics_enabled = true
        }
      }
    }
  }

  applicability {
    level = "review"
    note  = "The account needs a role for API Gateway's logs (`aws_api_gateway_account`), once for each region; without it the apply fails."
    cost  = "Log ingestion and detailed metrics are billed."
  }

  example "nothing is logged" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }

      resource "aws_api_gateway_method_settings" "live" {
        rest_api_id = aws_api_gateway_stage.live.rest_api_id
        stage_name  = aws_api_gateway_stage.live.stage_name
        method_path = "*/*"

        settings {
          logging_level   = "ERROR"
          metrics_enabled = true
        }
      }
    EOT
  }

  example "only some methods, and at a level that there is not" {
    address = "aws_api_gateway_stage.live"

    before = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.live.stage_name
        method_path = "orders/GET"

        settings {
          metrics_enabled = true
          logging_level   = "OFF"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.live.stage_name
        method_path = "orders/GET"

        settings {
          metrics_enabled = true
          logging_level   = "ERROR"
        }
      }
    EOT
  }

  example "already right" {
    address = "aws_api_gateway_stage.live"

    before   = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }

      resource "aws_api_gateway_method_settings" "all" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.live.stage_name
        method_path = "*/*"

        settings {
          metrics_enabled = true
          logging_level   = "INFO"
        }
      }
    EOT
    unchanged = true
  }

  example "a level that nobody sets" {
    address = "aws_api_gateway_stage.live"

    before = <<-EOT
      variable "level" {
        type = string
      }

      resource "aws_api_gateway_stage" "live" {
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }

      resource "aws_api_gateway_method_settings" "all" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.live.stage_name
        method_path = "*/*"

        settings {
          metrics_enabled = true
          logging_level   = var.level
        }
      }
    EOT
    refused = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        for_each      = toset(var.names)
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_stage" "live" {
        for_each      = toset(var.names)
        deployment_id = aws_api_gateway_deployment.main.id
        rest_api_id   = aws_api_gateway_rest_api.main.id
        stage_name    = "live"
      }

      resource "aws_api_gateway_method_settings" "live" {
        for_each = toset(var.names)

        rest_api_id = aws_api_gateway_stage.live[each.key].rest_api_id
        stage_name  = aws_api_gateway_stage.live[each.key].stage_name
        method_path = "*/*"

        settings {
          logging_level   = "ERROR"
          metrics_enabled = true
        }
      }
    EOT
  }
}
