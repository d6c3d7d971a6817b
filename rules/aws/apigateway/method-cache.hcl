rule "aws/apigateway/method-cache" {
  title    = "Cache the answers of API methods, encrypted"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Cached answers spare what lies behind the API, but they lie on a disk.
    Encrypted there, they are no easier to read than where they came from.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_settings",
  ]

  aliases {
    checkov      = ["CKV_AWS_225", "CKV_AWS_308"]
    trivy        = ["AWS-0002", "AWS-0190"]
    kics         = ["b7c9a40c-23e4-4a2d-8d39-a3352f10f288"]
    security_hub = ["APIGateway.5"]
    prowler      = ["apigateway_restapi_cache_encrypted"]
  }

  target {
    resource = "aws_api_gateway_method_settings"
  }

  set "settings.caching_enabled" {
    value = true
  }

  set "settings.cache_data_encrypted" {
    value = true
  }

  # For all methods together, API Gateway keeps answers to GET only; a method of its own is kept whatever it does.
  refuse {
    when = target.settings.caching_enabled != true && !matches(target.method_path, "^\\*/\\*$|/(GET|HEAD)$") && !anytrue([for method in resources("aws_api_gateway_method") : try(contains(["GET", "HEAD"], method.http_method), false) && anytrue([for path in resources("aws_api_gateway_resource") : try(target.method_path == format("%s/%s", path.reference.path_part, method.reference.http_method), false)])])
    note = "These settings are not known to be for GET, and an answer that is kept is given without asking what is behind the API: an order would be taken once and answered many times. Only reading may be cached."
  }

  applicability {
    level     = "review"
    note      = "Answers are kept by path and by the parameters that an integration names as cache keys: where the answer depends on who asks, name what tells callers apart (a header, say) before this is applied. The stage needs a cache of its own (`cache_cluster_enabled`) for this to work."
    behaviour = "Clients may get answers that are up to five minutes old."
    cost      = "The stage's cache is billed by the hour."
  }

  example "caching enabled not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = true
        }
      }
    EOT
  }

  example "caching enabled wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          cache_data_encrypted = true
          caching_enabled      = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        for_each    = toset(var.names)
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        for_each    = toset(var.names)
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "a method that changes something" {
    before  = <<-EOT
      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "orders/POST"

        settings {
          logging_level = "ERROR"
        }
      }
    EOT
    refused = "Only reading may be cached"
  }

  example "a method that reads, by reference" {
    address = "aws_api_gateway_method_settings.orders"

    before = <<-EOT
      resource "aws_api_gateway_resource" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        parent_id   = aws_api_gateway_rest_api.main.root_resource_id
        path_part   = "orders"
      }

      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "GET"
        authorization = "NONE"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "${aws_api_gateway_resource.orders.path_part}/${aws_api_gateway_method.orders.http_method}"

        settings {
          logging_level = "ERROR"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_resource" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        parent_id   = aws_api_gateway_rest_api.main.root_resource_id
        path_part   = "orders"
      }

      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "GET"
        authorization = "NONE"
      }

      resource "aws_api_gateway_method_settings" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = aws_api_gateway_stage.main.stage_name
        method_path = "${aws_api_gateway_resource.orders.path_part}/${aws_api_gateway_method.orders.http_method}"

        settings {
          logging_level        = "ERROR"
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }

  example "a cache in the clear" {
    before = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method_settings" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        stage_name  = "prod"
        method_path = "*/*"

        settings {
          caching_enabled      = true
          cache_data_encrypted = true
        }
      }
    EOT
  }
}
