rule "aws/apigateway/deployment-create-first" {
  title    = "Create the new deployment before the old one goes"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A stage points to a deployment. If the old deployment is deleted first, the
    apply fails because it is in use, or the stage is left without one.
  EOT

  references = [
    "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_deployment",
  ]

  aliases {
    checkov = ["CKV_AWS_217"]
  }

  target {
    resource = "aws_api_gateway_deployment"
  }

  set "lifecycle.create_before_destroy" {
    value = true
  }

  applicability {
    level = "safe"
  }

  example "create before destroy not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
  }

  example "create before destroy wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = true # decided in 2019
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

      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        for_each    = toset(var.names)
        rest_api_id = aws_api_gateway_rest_api.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_deployment" "main" {
        for_each    = toset(var.names)
        rest_api_id = aws_api_gateway_rest_api.main.id

        lifecycle {
          create_before_destroy = true
        }
      }
    EOT
  }
}
