rule "aws/dms/endpoint-tls" {
  title    = "Encrypt the connections of a DMS endpoint"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without TLS the password of the database and every row that is copied cross
    the network in the clear.
  EOT

  references = [
    "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dms_endpoint",
  ]

  aliases {
    checkov      = ["CKV2_AWS_49"]
    security_hub = ["DMS.9"]
    prowler      = ["dms_endpoint_ssl_enabled"]
  }

  target {
    resource = "aws_dms_endpoint"
    when     = !contains(["s3", "dynamodb", "kinesis", "kafka", "elasticsearch", "opensearch", "redshift", "neptune"], target.engine_name)
  }

  set "ssl_mode" {
    value  = "require"
    one_of = ["require", "verify-ca", "verify-full"]
  }

  applicability {
    level = "review"
    note  = "The database must speak TLS, or replication stops."
  }

  example "ssl mode not mentioned" {
    before = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = "require"
      }
    EOT
  }

  example "ssl mode wrong in writing" {
    before = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = "none" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = "require" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "none"
      }

      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "require"
      }

      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = "require"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_dms_endpoint" "main" {
        for_each      = toset(var.names)
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
      }
    EOT
    after  = <<-EOT
      resource "aws_dms_endpoint" "main" {
        for_each      = toset(var.names)
        endpoint_id   = "main"
        endpoint_type = "source"
        engine_name   = "postgres"
        ssl_mode      = "require"
      }
    EOT
  }

  example "an endpoint that always speaks TLS" {
    before    = <<-EOT
      resource "aws_dms_endpoint" "main" {
        endpoint_id   = "main"
        endpoint_type = "target"
        engine_name   = "s3"
      }
    EOT
    unchanged = true
  }
}
