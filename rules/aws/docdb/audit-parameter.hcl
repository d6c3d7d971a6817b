rule "aws/docdb/audit-parameter" {
  title    = "Let DocumentDB write an audit log"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without this parameter the cluster writes no audit log at all, and sending
    it to CloudWatch sends nothing.
  EOT

  references = [
    "https://docs.aws.amazon.com/documentdb/latest/developerguide/event-auditing.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster_parameter_group",
  ]

  aliases {
    checkov = ["CKV_AWS_104"]
  }

  target {
    resource = "aws_docdb_cluster_parameter_group"
  }

  block "parameter" {
    matching = block.name == "audit_logs"
    body {
      name = "audit_logs"
      set "value" {
        value  = "enabled"
        one_of = ["enabled", "all", "ddl", "dml_read", "dml_write"]
      }
    }
  }

  applicability {
    level = "safe"
  }

  example "no parameter" {
    before = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"

        parameter {
          name  = "audit_logs"
          value = "enabled"
        }
      }
    EOT
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"

        parameter {
          name  = "tls"
          value = "enabled"
        }

        parameter {
          name  = "audit_logs"
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

        parameter {
          name  = "audit_logs"
          value = "enabled"
        }
      }
    EOT
  }

  example "all events already" {
    before    = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        family = "docdb5.0"
        name   = "catalogue"

        parameter {
          name  = "audit_logs"
          value = "all"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        for_each = toset(var.names)
        family   = "docdb5.0"
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_docdb_cluster_parameter_group" "catalogue" {
        for_each = toset(var.names)
        family   = "docdb5.0"
        name     = each.key

        parameter {
          name  = "audit_logs"
          value = "enabled"
        }
      }
    EOT
  }
}
