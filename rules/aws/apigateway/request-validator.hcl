rule "aws/apigateway/request-validator" {
  title    = "Check the requests of an API before they are passed on"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A request that is checked at the gateway never reaches the code behind it.
    Without a validator the models and required parameters of a method are mere
    documentation.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method",
    "https://github.com/serverless/serverless/pull/9319",
  ]

  aliases {
    checkov = ["CKV2_AWS_53"]
  }

  target {
    resource = "aws_api_gateway_method"
  }

  # One validator serves all methods of an API, which takes no more than twenty.
  set "request_validator_id" {
    value   = [for validator in resources("aws_api_gateway_request_validator") : validator.reference.id if try(format("%s", validator.rest_api_id) == format("%s", target.rest_api_id), false) && validator.validate_request_body == true && validator.validate_request_parameters == true && validator.count == null && validator.for_each == null][0]
    present = true
    when    = anytrue([for validator in resources("aws_api_gateway_request_validator") : try(format("%s", validator.rest_api_id) == format("%s", target.rest_api_id) && validator.validate_request_body == true && validator.validate_request_parameters == true && validator.count == null && validator.for_each == null, false)])
  }

  companion "aws_api_gateway_request_validator" {
    referenced_by = "request_validator_id"
    attribute     = "id"

    body {
      rest_api_id = target.rest_api_id
      set "name" {
        value = resource.name
        when  = try(target.count == null && target.for_each == null, false)
      }
      # One for each instance, all of the same API.
      set "name" {
        value = format("%s-%s", target.resource_id, target.http_method)
        when  = !try(target.count == null && target.for_each == null, false)
      }
      validate_request_body       = true
      validate_request_parameters = true
    }
  }

  applicability {
    level = "review"
    note  = "Requests that lack a parameter the method requires, or do not fit its model, are answered with 400. A stage goes on as it was deployed until it is deployed again, which a deployment whose `triggers` hold only ids of methods does not notice."
  }

  example "nothing is checked" {
    before = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization = "AWS_IAM"
        http_method   = "POST"
        resource_id   = aws_api_gateway_resource.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization        = "AWS_IAM"
        http_method          = "POST"
        resource_id          = aws_api_gateway_resource.orders.id
        rest_api_id          = aws_api_gateway_rest_api.orders.id
        request_validator_id = aws_api_gateway_request_validator.create.id
      }

      resource "aws_api_gateway_request_validator" "create" {
        rest_api_id                 = aws_api_gateway_rest_api.orders.id
        name                        = "create"
        validate_request_body       = true
        validate_request_parameters = true
      }
    EOT
  }

  example "another method of the API is checked" {
    address = "aws_api_gateway_method.create"

    before = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization = "AWS_IAM"
        http_method   = "POST"
        resource_id   = aws_api_gateway_resource.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
      }

      resource "aws_api_gateway_request_validator" "other" {
        rest_api_id                 = aws_api_gateway_rest_api.invoices.id
        name                        = "all"
        validate_request_body       = true
        validate_request_parameters = true
      }

      resource "aws_api_gateway_request_validator" "body" {
        rest_api_id           = aws_api_gateway_rest_api.orders.id
        name                  = "body"
        validate_request_body = true
      }

      resource "aws_api_gateway_request_validator" "all" {
        rest_api_id                 = aws_api_gateway_rest_api.orders.id
        name                        = "all"
        validate_request_body       = true
        validate_request_parameters = true
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization        = "AWS_IAM"
        http_method          = "POST"
        resource_id          = aws_api_gateway_resource.orders.id
        rest_api_id          = aws_api_gateway_rest_api.orders.id
        request_validator_id = aws_api_gateway_request_validator.all.id
      }

      resource "aws_api_gateway_request_validator" "other" {
        rest_api_id                 = aws_api_gateway_rest_api.invoices.id
        name                        = "all"
        validate_request_body       = true
        validate_request_parameters = true
      }

      resource "aws_api_gateway_request_validator" "body" {
        rest_api_id           = aws_api_gateway_rest_api.orders.id
        name                  = "body"
        validate_request_body = true
      }

      resource "aws_api_gateway_request_validator" "all" {
        rest_api_id                 = aws_api_gateway_rest_api.orders.id
        name                        = "all"
        validate_request_body       = true
        validate_request_parameters = true
      }
    EOT
  }

  example "references as they were written long ago" {
    address = "aws_api_gateway_method.create"

    before = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization = "AWS_IAM"
        http_method   = "POST"
        resource_id   = "${aws_api_gateway_resource.orders.id}"
        rest_api_id   = "${aws_api_gateway_rest_api.orders.id}"
      }

      resource "aws_api_gateway_request_validator" "all" {
        rest_api_id                 = "${aws_api_gateway_rest_api.orders.id}"
        name                        = "all"
        validate_request_body       = true
        validate_request_parameters = true
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization        = "AWS_IAM"
        http_method          = "POST"
        resource_id          = "${aws_api_gateway_resource.orders.id}"
        rest_api_id          = "${aws_api_gateway_rest_api.orders.id}"
        request_validator_id = aws_api_gateway_request_validator.all.id
      }

      resource "aws_api_gateway_request_validator" "all" {
        rest_api_id                 = "${aws_api_gateway_rest_api.orders.id}"
        name                        = "all"
        validate_request_body       = true
        validate_request_parameters = true
      }
    EOT
  }

  example "checked already" {
    before    = <<-EOT
      resource "aws_api_gateway_method" "create" {
        authorization        = "AWS_IAM"
        http_method          = "POST"
        request_validator_id = aws_api_gateway_request_validator.all.id
        resource_id          = aws_api_gateway_resource.orders.id
        rest_api_id          = aws_api_gateway_rest_api.orders.id
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_method" "create" {
        for_each      = toset(var.names)
        authorization = "AWS_IAM"
        http_method   = each.key
        resource_id   = aws_api_gateway_resource.orders.id
        rest_api_id   = aws_api_gateway_rest_api.orders.id
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_method" "create" {
        for_each             = toset(var.names)
        authorization        = "AWS_IAM"
        http_method          = each.key
        resource_id          = aws_api_gateway_resource.orders.id
        rest_api_id          = aws_api_gateway_rest_api.orders.id
        request_validator_id = aws_api_gateway_request_validator.create[each.key].id
      }

      resource "aws_api_gateway_request_validator" "create" {
        for_each = toset(var.names)

        rest_api_id                 = aws_api_gateway_rest_api.orders.id
        name                        = "${aws_api_gateway_resource.orders.id}-${each.key}"
        validate_request_body       = true
        validate_request_parameters = true
      }
    EOT
  }
}
