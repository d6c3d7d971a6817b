rule "aws/elb/access-logs" {
  title    = "Log the requests of a load balancer"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The access log says who asked for what, when and from where. Without it
    neither an attack nor a fault can be traced back to the requests that caused
    it.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb",
  ]

  aliases {
    checkov      = ["CKV_AWS_91"]
    security_hub = ["ELB.5"]
    prowler      = ["elbv2_logging_enabled"]
  }

  target {
    resource = ["aws_lb", "aws_alb"]
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

  module "terraform-aws-modules/alb/aws" {
    version = ">= 6.0"

    set "access_logs.bucket" {
      value   = param.log_bucket
      present = true
    }

    set "access_logs.enabled" {
      value = true
    }
  }

  module "cloudposse/alb/aws" {
    version = ">= 1.0"

    set "access_logs_enabled" {
      value   = true
      default = true
    }

    set "access_logs_s3_bucket_id" {
      value   = param.log_bucket
      present = true
    }
  }

  applicability {
    level = "safe"
    cost  = "Stored logs are billed by S3."
  }

  example "enabled not mentioned" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"

        access_logs {
          bucket  = "acme-logs"
          enabled = true
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_lb" "web" {
        name = "web"

        access_logs {
          bucket = aws_s3_bucket.logs.id
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = true
        }
      }
    EOT
  }

  example "enabled wrong in writing" {
    params = { log_bucket = "acme-logs" }

    before = <<-EOT
      resource "aws_lb" "web" {
        name = "web"

        access_logs {
          bucket  = aws_s3_bucket.logs.id
          enabled = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"

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

      resource "aws_lb" "web" {
        name = "web"

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

      resource "aws_lb" "web" {
        name = "web"

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

      resource "aws_lb" "web" {
        name = "web"

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
      resource "aws_lb" "web" {
        name = "web"

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
      resource "aws_lb" "web" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        for_each = toset(var.names)
        name     = each.key

        access_logs {
          bucket  = "acme-logs"
          enabled = true
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/alb ~> 9.0" {
    params = {
      log_bucket = "acme-logs"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/alb/aws"
        version = "~> 9.0"

        access_logs = { bucket = "acme-logs", enabled = true }
      }
    EOT
  }

  example "the published module cloudposse/alb 2.2.0" {
    params = {
      log_bucket = "acme-logs"
    }

    before = <<-EOT
      module "main" {
        source  = "cloudposse/alb/aws"
        version = "2.2.0"

        access_logs_enabled = false
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/alb/aws"
        version = "2.2.0"

        access_logs_enabled      = true
        access_logs_s3_bucket_id = "acme-logs"
      }
    EOT
  }
}
