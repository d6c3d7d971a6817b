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

  # The cluster costs, and keeps nothing before a method's settings say so; what it keeps is encrypted.
  companion "aws_api_gateway_method_settings" {
    link            = "stage_name"
    link_attributes = ["stage_name", "id"]
    when            = target.cache_cluster_enabled != true

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
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    }
  }

  set "cache_cluster_enabled" {
    value = true
  }

  set "cache_cluster_size" {
    value   = param.size
    present = true
  }

  refuse {
    when = linked("aws_api_gateway_method_settings", "stage_name") && !try(linked_resource("aws_api_gateway_method_settings", "stage_name").method_path == "*/*", false) && !anytrue([for other in resources("aws_api_gateway_method_settings") : try(other.settings.caching_enabled == true, false) && anytrue([for stage in resources("aws_api_gateway_stage") : stage.resource_name == resource.name && try(other.stage_name == stage.reference.stage_name, false)])])
    note = "Methods of the stage have settings of their own, and none of them is cached, so a cache would cost and keep nothing. Which answers may be kept is for the owner of the API: say so there with `caching_enabled` and `cache_data_encrypted` first."
  }

  applicability {
    level     = "review"
    note      = "Answers to GET are kept by path and by the parameters that an integration names as cache keys: where the answer depends on who asks, name what tells callers apart (a header, say), or turn caching off for that method, before this is applied."
    behaviour = "Clients may get answers that are up to five minutes old, unless methods set their own time to live."
    cost      = "A cache is billed by the hour, whether used or not."
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

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_stage.main.rest_api_id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
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

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_stage.main.rest_api_id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "settings for all methods that say nothing of a cache" {
    address = "aws_api_gateway_stage.main"

    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "*/*"

        settings {
          logging_level = "ERROR"
        }
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

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "*/*"

        settings {
          logging_level        = "ERROR"
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "a method that may be cached already" {
    address = "aws_api_gateway_stage.main"

    before = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "orders/GET"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
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

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "orders/GET"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "another stage is cached" {
    address = "aws_api_gateway_stage.main"

    before  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "orders/POST"

        settings {
          logging_level = "ERROR"
        }
      }

      resource "aws_api_gateway_method_settings" "beta" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.beta.stage_name
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
    refused = "Which answers may be kept"
  }

  example "settings for one method, which is not cached" {
    address = "aws_api_gateway_stage.main"

    before  = <<-EOT
      resource "aws_api_gateway_stage" "main" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        deployment_id = aws_api_gateway_deployment.main.id
        stage_name    = "prod"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "orders/POST"

        settings {
          logging_level = "ERROR"
        }
      }
    EOT
    refused = "Which answers may be kept"
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

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_stage.main.rest_api_id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
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

      resource "aws_api_gateway_method_settings" "main" {
        for_each = toset(var.names)

        rest_api_id = aws_api_gateway_stage.main[each.key].rest_api_id
        stage_name  = aws_api_gateway_stage.main[each.key].stage_name
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }
}
