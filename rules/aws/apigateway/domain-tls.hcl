rule "aws/apigateway/domain-tls" {
  title    = "Serve an API's domain with TLS 1.2"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    TLS 1.0 and 1.1 have known weaknesses and are no longer accepted by auditors
    or browsers. Every current client speaks 1.2.
  EOT

  references = [
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_domain_name",
  ]

  aliases {
    checkov = ["CKV_AWS_206"]
    trivy   = ["AWS-0005"]
    tfsec   = ["aws-api-gateway-use-secure-tls-policy"]
    kics    = ["4e1cc5d3-2811-4fb2-861c-ee9b3cb7f90b"]
  }

  target {
    resource = "aws_api_gateway_domain_name"
  }

  set "security_policy" {
    value = "TLS_1_2"
  }

  applicability {
    level = "review"
    note  = "Clients that know only TLS 1.0 or 1.1 can no longer connect."
  }

  example "security policy not mentioned" {
    before = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        domain_name = "api.example.com"
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = "TLS_1_2"
      }
    EOT
  }

  example "security policy wrong in writing" {
    before = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = "TLS_1_0" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = "TLS_1_2" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "TLS_1_0"
      }

      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "TLS_1_2"
      }

      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        domain_name     = "api.example.com"
        security_policy = "TLS_1_2"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        for_each    = toset(var.names)
        domain_name = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_api_gateway_domain_name" "main" {
        for_each        = toset(var.names)
        domain_name     = each.key
        security_policy = "TLS_1_2"
      }
    EOT
  }
}
