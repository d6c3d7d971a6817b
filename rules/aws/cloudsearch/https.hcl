rule "aws/cloudsearch/https" {
  title    = "Let a search domain answer over HTTPS with TLS 1.2"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Queries and documents cross the network in the clear when a client uses
    HTTP, and TLS 1.0 can be broken.
  EOT

  references = [
    "https://docs.aws.amazon.com/cloudsearch/latest/developerguide/configuring-domain-endpoint-options.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudsearch_domain",
  ]

  aliases {
    checkov = ["CKV_AWS_218", "CKV_AWS_220"]
  }

  target {
    resource = "aws_cloudsearch_domain"
  }

  block "endpoint_options" {
    body {
      set "enforce_https" {
        value = true
      }
      set "tls_security_policy" {
        value = "Policy-Min-TLS-1-2-2019-07"
      }
    }
  }

  applicability {
    level = "review"
    note  = "Clients that use plain HTTP or old TLS can no longer connect."
  }

  example "enforce https not mentioned" {
    before = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = true
        }
      }
    EOT
  }

  example "enforce https wrong in writing" {
    before = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = true # decided in 2019
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

      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        name = "main"

        endpoint_options {
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
          enforce_https       = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudsearch_domain" "main" {
        for_each = toset(var.names)
        name     = each.key

        endpoint_options {
          enforce_https       = true
          tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
        }
      }
    EOT
  }
}
