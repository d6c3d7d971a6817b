rule "aws/appsync/web-acl" {
  title    = "Put a web ACL before a GraphQL API"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A GraphQL API answers questions of any depth. A web ACL bounds how often,
    how large and from where they may come.
  EOT

  references = [
    "https://docs.aws.amazon.com/appsync/latest/devguide/WAF-Integration.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/wafv2_web_acl_association",
  ]

  aliases {
    checkov = ["CKV2_AWS_33"]
  }

  target {
    resource = "aws_appsync_graphql_api"
  }

  param "web_acl_arn" {
    type        = "expression"
    required    = true
    description = "Regional WAFv2 web ACL: an ARN or a reference such as aws_wafv2_web_acl.main.arn."
  }

  companion "aws_wafv2_web_acl_association" {
    link            = "resource_arn"
    link_attributes = ["arn", "id"]

    body {
      resource_arn = target.arn
      set "web_acl_arn" {
        value = param.web_acl_arn
        keep  = true
      }
    }
  }

  applicability {
    level     = "review"
    note      = "Requests that the web ACL blocks no longer reach the API; let its rules count first if in doubt."
    behaviour = "Requests that match a blocking rule are refused."
    cost      = "WAF is billed by web ACL, rule and request."
  }

  example "no firewall" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "main"
        authentication_type = "AWS_IAM"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "main"
        authentication_type = "AWS_IAM"
      }

      resource "aws_wafv2_web_acl_association" "main" {
        resource_arn = aws_appsync_graphql_api.main.arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "one for each name" {
    params = { web_acl_arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        for_each            = toset(var.names)
        name                = "main"
        authentication_type = "AWS_IAM"
      }
    EOT
    after  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        for_each            = toset(var.names)
        name                = "main"
        authentication_type = "AWS_IAM"
      }

      resource "aws_wafv2_web_acl_association" "main" {
        for_each = toset(var.names)

        resource_arn = aws_appsync_graphql_api.main[each.key].arn
        web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/main/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "nobody has named the web ACL" {
    before  = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "main"
        authentication_type = "AWS_IAM"
      }
    EOT
    refused = true
  }

  example "a web ACL elsewhere in the module" {
    before    = <<-EOT
      resource "aws_appsync_graphql_api" "main" {
        name                = "main"
        authentication_type = "AWS_IAM"
      }

      resource "aws_wafv2_web_acl_association" "main" {
        resource_arn = aws_appsync_graphql_api.main.arn
        web_acl_arn  = aws_wafv2_web_acl.main.arn
      }
    EOT
    unchanged = true
  }
}
