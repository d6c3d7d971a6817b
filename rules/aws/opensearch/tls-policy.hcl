rule "aws/opensearch/tls-policy" {
  title    = "Ask for TLS 1.2 with forward secrecy at a search domain"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    TLS 1.0 and 1.1 have known weaknesses, and a recorded session without
    forward secrecy can be read once the key leaks.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/infrastructure-security.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticsearch_domain",
  ]

  aliases {
    checkov      = ["CKV_AWS_228"]
    security_hub = ["Opensearch.8", "ES.8"]
    trivy        = ["AWS-0126"]
    tfsec        = ["aws-elastic-search-use-secure-tls-policy"]
  }

  target {
    resource = ["aws_elasticsearch_domain", "aws_opensearch_domain"]
  }

  set "domain_endpoint_options.enforce_https" {
    value   = true
    present = true
  }

  set "domain_endpoint_options.tls_security_policy" {
    value  = "Policy-Min-TLS-1-2-PFS-2023-10"
    one_of = ["Policy-Min-TLS-1-2-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"]
  }

  applicability {
    level     = "review"
    note      = "Clients that know no more than TLS 1.0 or 1.1 are refused from the next apply on."
    behaviour = "Clients without TLS 1.2 are refused."
  }

  example "tls security policy not mentioned" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
        }
      }
    EOT
  }

  example "tls security policy wrong in writing" {
    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10" # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "Policy-Min-TLS-1-0-2019-07"
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "Policy-Min-TLS-1-2-PFS-2023-10"
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        domain_endpoint_options {
          enforce_https       = true
          tls_security_policy = var.setting
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
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
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
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
        }
      }
    EOT
  }
}
