rule "aws/appsync/cache-encryption" {
  title    = "Encrypt the cache of a GraphQL API"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The cache holds whole answers, with whatever personal data is in them.
    Encryption keeps them unreadable on disk and on the way.
  EOT

  references = [
    "https://docs.aws.amazon.com/appsync/latest/devguide/enabling-caching.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/appsync_api_cache",
  ]

  aliases {
    checkov      = ["CKV_AWS_214", "CKV_AWS_215"]
    security_hub = ["AppSync.1", "AppSync.6"]
  }

  target {
    resource = "aws_appsync_api_cache"
  }

  set "at_rest_encryption_enabled" {
    value = true
  }

  set "transit_encryption_enabled" {
    value = true
  }

  applicability {
    level       = "review"
    note        = "Terraform replaces the cache; requests go to the sources until it is warm."
    replacement = "The cache is created anew and starts empty."
  }

  example "at rest encryption enabled not mentioned" {
    before = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        api_id               = aws_appsync_graphql_api.main.id
        api_caching_behavior = "FULL_REQUEST_CACHING"
        ttl                  = 900
        type                 = "LARGE"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        at_rest_encryption_enabled = true
        transit_encryption_enabled = true
      }
    EOT
  }

  example "at rest encryption enabled wrong in writing" {
    before = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        transit_encryption_enabled = true
        at_rest_encryption_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        transit_encryption_enabled = true
        at_rest_encryption_enabled = true # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        transit_encryption_enabled = true
        at_rest_encryption_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        transit_encryption_enabled = true
        at_rest_encryption_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        transit_encryption_enabled = true
        at_rest_encryption_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        transit_encryption_enabled = true
        at_rest_encryption_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        for_each             = toset(var.names)
        api_id               = aws_appsync_graphql_api.main.id
        api_caching_behavior = "FULL_REQUEST_CACHING"
        ttl                  = 900
        type                 = "LARGE"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_api_cache" "main" {
        for_each                   = toset(var.names)
        api_id                     = aws_appsync_graphql_api.main.id
        api_caching_behavior       = "FULL_REQUEST_CACHING"
        ttl                        = 900
        type                       = "LARGE"
        at_rest_encryption_enabled = true
        transit_encryption_enabled = true
      }
    EOT
  }
}
