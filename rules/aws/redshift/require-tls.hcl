rule "aws/redshift/require-tls" {
  title    = "Let Redshift accept TLS connections only"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without this the server takes unencrypted connections, and passwords and
    query results cross the network in the clear.
  EOT

  references = [
    "https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-ssl-support.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_parameter_group",
  ]

  aliases {
    checkov      = ["CKV_AWS_105"]
    security_hub = ["Redshift.2"]
  }

  target {
    resource = "aws_redshift_parameter_group"
  }

  block "parameter" {
    matching = block.name == "require_ssl"
    body {
      name  = "require_ssl"
      value = "true"
    }
  }

  applicability {
    level    = "review"
    note     = "Clients without TLS can no longer connect; the cluster must be restarted for the change."
    downtime = "A restart of the cluster."
  }

  example "no parameter" {
    before = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        name   = "warehouse"
        family = "redshift-1.0"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        name   = "warehouse"
        family = "redshift-1.0"

        parameter {
          name  = "require_ssl"
          value = "true"
        }
      }
    EOT
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        name   = "warehouse"
        family = "redshift-1.0"

        parameter {
          name  = "require_ssl"
          value = "false"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        name   = "warehouse"
        family = "redshift-1.0"

        parameter {
          name  = "require_ssl"
          value = "true"
        }
      }
    EOT
  }

  example "already required" {
    before    = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        name   = "warehouse"
        family = "redshift-1.0"

        parameter {
          name  = "enable_user_activity_logging"
          value = "true"
        }

        parameter {
          name  = "require_ssl"
          value = "true"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        for_each = toset(var.names)
        name     = each.key
        family   = "redshift-1.0"
      }
    EOT
    after  = <<-EOT
      resource "aws_redshift_parameter_group" "warehouse" {
        for_each = toset(var.names)
        name     = each.key
        family   = "redshift-1.0"

        parameter {
          name  = "require_ssl"
          value = "true"
        }
      }
    EOT
  }
}
