rule "aws/apigateway/options-authorization" {
  title    = "Ask who sends OPTIONS to what is behind an API"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A method for OPTIONS without authorization that leads to a back end is a door
    like any other: who may send nothing else sends OPTIONS. Only the answer to a
    browser's question before a request (a mock integration) has to be open.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method",
  ]

  aliases {
    checkov = ["CKV2_AWS_70"]
  }

  target {
    resource = "aws_api_gateway_method"
    when     = target.http_method == "OPTIONS"
  }

  set "authorization" {
    value = "AWS_IAM"
    when  = target.api_key_required != true && (target.authorization == "NONE" || target.authorization == null)
  }

  refuse {
    when = linked_resource("aws_api_gateway_integration", "http_method").type == "MOCK"
    note = "The method answers browsers' questions before a request (CORS), which carry no signature. It leads to nothing behind the API; close the API's own policy instead."
  }

  applicability {
    level     = "review"
    note      = "Browsers send their questions before a request (CORS) without a signature: where they use this method, leave it open and narrow the API's policy. A stage goes on as it was deployed until it is deployed again, which a deployment whose `triggers` hold only ids of methods does not notice: add what changed to them."
    behaviour = "Unsigned OPTIONS requests are refused."
  }

  example "open, and it leads to a back end" {
    address = "aws_api_gateway_method.orders"

    before = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "NONE"
      }

      resource "aws_api_gateway_integration" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        resource_id = aws_api_gateway_resource.orders.id
        http_method = aws_api_gateway_method.orders.http_method
        type        = "HTTP_PROXY"
        uri         = "https://orders.acme.example"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "AWS_IAM"
      }

      resource "aws_api_gateway_integration" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        resource_id = aws_api_gateway_resource.orders.id
        http_method = aws_api_gateway_method.orders.http_method
        type        = "HTTP_PROXY"
        uri         = "https://orders.acme.example"
      }
    EOT
  }

  example "open" {
    before = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "NONE" # for now
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "AWS_IAM" # for now
      }
    EOT
  }

  example "an answer to browsers" {
    address = "aws_api_gateway_method.orders"

    before = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "NONE"
      }

      resource "aws_api_gateway_integration" "orders" {
        rest_api_id = aws_api_gateway_rest_api.main.id
        resource_id = aws_api_gateway_resource.orders.id
        http_method = aws_api_gateway_method.orders.http_method
        type        = "MOCK"
      }
    EOT
    refused = true
  }

  example "a key is asked for" {
    before   = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id      = aws_api_gateway_rest_api.main.id
        resource_id      = aws_api_gateway_resource.orders.id
        http_method      = "OPTIONS"
        authorization    = "NONE"
        api_key_required = true
      }
    EOT
    unchanged = true
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "AWS_IAM"
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "auth" {
        type    = string
        default = "NONE"
      }

      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = var.auth
      }
    EOT
    after  = <<-EOT
      variable "auth" {
        type    = string
        default = "AWS_IAM"
      }

      resource "aws_api_gateway_method" "orders" {
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = var.auth
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        for_each      = toset(var.names)
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "NONE"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "orders" {
        for_each      = toset(var.names)
        rest_api_id   = aws_api_gateway_rest_api.main.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "AWS_IAM"
      }
    EOT
  }

  example "the API lets everybody in" {
    before = <<-EOT
      resource "aws_api_gateway_rest_api" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "execute-api:Invoke"
              Resource  = "*"
            },
          ]
        })
      }

      resource "aws_api_gateway_method" "options" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "NONE"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_rest_api" "orders" {
        name = "orders"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Principal = "*"
              Action    = "execute-api:Invoke"
              Resource  = "*"
            },
          ]
        })
      }

      resource "aws_api_gateway_method" "options" {
        rest_api_id   = aws_api_gateway_rest_api.orders.id
        resource_id   = aws_api_gateway_resource.orders.id
        http_method   = "OPTIONS"
        authorization = "AWS_IAM"
      }
    EOT
  }
}
