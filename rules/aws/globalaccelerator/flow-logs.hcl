rule "aws/globalaccelerator/flow-logs" {
  title    = "Record the connections through an accelerator"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The records say who connected from where to which endpoint. Without them an
    attack through the accelerator's addresses leaves no trace.
  EOT

  references = [
    "https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/globalaccelerator_accelerator",
  ]

  aliases {
    checkov   = ["CKV_AWS_75"]
    kics      = ["96e8183b-e985-457b-90cd-61c0503a3369"]
    terrascan = ["AC_AWS_0471"]
  }

  target {
    resource = "aws_globalaccelerator_accelerator"
  }

  param "log_bucket" {
    type        = "expression"
    required    = true
    description = "Bucket for the records: a name or a reference such as aws_s3_bucket.logs.id."
  }

  block "attributes" {
    body {
      flow_logs_enabled = true
      set "flow_logs_s3_bucket" {
        value = param.log_bucket
        keep  = true
      }
      set "flow_logs_s3_prefix" {
        value = format("%s/", resource.name)
        keep  = true
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Stored records are billed by S3."
  }

  example "flow logs enabled not mentioned" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"
      }
    EOT
    after  = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_enabled   = true
          flow_logs_s3_bucket = "acme-logs"
          flow_logs_s3_prefix = "main/"
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = true
        }
      }
    EOT
  }

  example "flow logs enabled wrong in writing" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    params = { log_bucket = "acme-logs" }

    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { log_bucket = "acme-logs" }

    before    = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"

        attributes {
          flow_logs_s3_bucket = aws_s3_bucket.logs.id
          flow_logs_s3_prefix = "edge/"
          flow_logs_enabled   = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        for_each = toset(var.names)
        name     = each.key

        attributes {
          flow_logs_enabled   = true
          flow_logs_s3_bucket = "acme-logs"
          flow_logs_s3_prefix = "main/"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_globalaccelerator_accelerator" "main" {
        name = "edge"
      }
    EOT
    refused = true
  }
}
