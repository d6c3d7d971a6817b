rule "aws/opensearch/enforce-https" {
  title    = "Let clients reach a search domain by HTTPS only"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Queries, documents and credentials travel readable otherwise.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createupdatedomains.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticsearch_domain",
  ]

  aliases {
    checkov = ["CKV_AWS_83"]
    trivy   = ["AWS-0046"]
    tfsec   = ["aws-elastic-search-enforce-https"]
    kics    = ["2e9e0729-66d5-4148-9d39-5e6fb4bf2a4e"]
    prowler = ["opensearch_service_domains_https_communications_enforced"]
  }

  target {
    resource = ["aws_elasticsearch_domain", "aws_opensearch_domain"]
  }

  set "domain_endpoint_options.enforce_https" {
    value = true
  }

  applicability {
    level     = "review"
    note      = "Clients that speak plain HTTP are refused from the next apply on."
    behaviour = "Plain HTTP is refused."
  }

  example "enforce https not mentioned" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
  }

  example "enforce https wrong in writing" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = true # decided in 2019
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

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
  }
}
