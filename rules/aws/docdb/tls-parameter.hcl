rule "aws/docdb/tls-parameter" {
  title    = "Let DocumentDB accept TLS connections only"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without TLS passwords and documents cross the network in the clear.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/security.encryption.ssl.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster_parameter_group",
  ]

  aliases {
    checkov = ["CKV_AWS_90"]
  }

  target {
    resource = "aws_docdb_cluster_parameter_group"
  }

  set "parameter[*].value" {
    value         = "enabled"
    one_of        = ["enabled", "fips-140-3", "tls1.2+", "tls1.3+"]
    create_blocks = false
    when          = block.name == "tls"
  }

  applicability {
    level    = "review"
    note     = "Clients without TLS can no longer connect; the instances must be restarted for the change."
    downtime = "A restart of the instances."
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"

        parameter {
          name  = "tls"
          value = "disabled"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"

        parameter {
          name  = "tls"
          value = "enabled"
        }
      }
    EOT
  }

  example "not mentioned, and on by default" {
    before    = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"
      }
    EOT
    unchanged = true
  }

  example "newer protocols only" {
    before    = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"

        parameter {
          name  = "tls"
          value = "tls1.3+"
        }
      }
    EOT
    unchanged = true
  }
}
