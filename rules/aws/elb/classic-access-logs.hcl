rule "aws/elb/classic-access-logs" {
  title    = "Log the requests of a classic load balancer"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The access log says who asked for what, when and from where. Without it
    neither an attack nor a fault can be traced back to the requests that caused
    it.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elb",
  ]

  aliases {
    checkov      = ["CKV_AWS_92"]
    kics         = ["20018359-6fd7-4d05-ab26-d4dffccbdf79"]
    terrascan    = ["AC_AWS_0470"]
    security_hub = ["ELB.5"]
    prowler      = ["elb_logging_enabled"]
  }

  target {
    resource = "aws_elb"
  }

  param "log_bucket" {
    type        = "expression"
    required    = true
    description = "Bucket for the logs, whose policy lets Elastic Load Balancing write to it: a name or a reference such as aws_s3_bucket.logs.id."
  }

  block "access_logs" {
    body {
      set "bucket" {
        value = param.log_bucket
        keep  = true
      }
      enabled = true
    }
  }

  applicability {
    level = "safe"
    cost  = "Stored logs are billed by S3."
  }

  example "enabled not mentioned" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = "acme-logs"
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = true # decided in 2019
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

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = var.setting
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

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    params = { log_bucket = "acme-logs" }

    before    = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_elb" "web" {
        for_each = toset(var.names)
        name     = each.key

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        for_each = toset(var.names)
        name     = each.key

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }

        access_logs {
          bucket  = "acme-logs"
          enabled = true
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 80
          instance_protocol = "http"
          lb_port           = 80
          lb_protocol       = "http"
        }
      }
    EOT
    refused = true
  }
}
