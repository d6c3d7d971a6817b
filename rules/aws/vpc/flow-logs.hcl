rule "aws/vpc/flow-logs" {
  title    = "Record the connections in a VPC"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Flow logs say who talked to whom. Without them nobody can tell after an
    intrusion where it came from, what it reached and what left the network.
  EOT

  references = [
    "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc",
  ]

  aliases {
    checkov      = ["CKV2_AWS_11"]
    trivy        = ["AWS-0178"]
    security_hub = ["EC2.6"]
    prowler      = ["vpc_flow_logs_enabled"]
  }

  target {
    resource = "aws_vpc"
  }

  param "flow_log_bucket_arn" {
    type        = "expression"
    required    = true
    description = "Bucket for the records, whose policy lets delivery.logs.amazonaws.com write to it: an ARN or a reference such as aws_s3_bucket.flow_logs.arn."
  }

  companion "aws_flow_log" {
    link            = "vpc_id"
    link_attributes = ["id"]

    body {
      vpc_id = target.id
      set "log_destination" {
        value = param.flow_log_bucket_arn
        keep  = true
        when  = !linked("aws_flow_log", "vpc_id")
      }
      set "log_destination_type" {
        value = "s3"
        keep  = true
        when  = !linked("aws_flow_log", "vpc_id")
      }
      set "traffic_type" {
        value = "ALL"
        keep  = true
      }
    }
  }

  module "terraform-aws-modules/vpc/aws" {
    version = ">= 3.0"

    set "enable_flow_log" {
      value = true
    }

    set "flow_log_destination_type" {
      value = "s3"
      when  = target.flow_log_destination_type == null && target.create_flow_log_cloudwatch_log_group != true
    }

    set "flow_log_destination_arn" {
      value   = param.flow_log_bucket_arn
      present = true
      when    = target.create_flow_log_cloudwatch_log_group != true
    }
  }

  applicability {
    level = "safe"
    cost  = "Delivery and storage of the records are billed."
  }

  example "not recorded" {
    params = { flow_log_bucket_arn = "arn:aws:s3:::acme-flow-logs" }

    before = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_flow_log" "main" {
        vpc_id               = aws_vpc.main.id
        log_destination      = "arn:aws:s3:::acme-flow-logs"
        log_destination_type = "s3"
        traffic_type         = "ALL"
      }
    EOT
  }

  example "nobody has given the bucket yet" {
    before  = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }
    EOT
    refused = true
  }

  example "recorded already" {
    params = { flow_log_bucket_arn = "arn:aws:s3:::acme-flow-logs" }

    before    = <<-EOT
      resource "aws_vpc" "main" {
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_flow_log" "main" {
        vpc_id          = aws_vpc.main.id
        traffic_type    = "REJECT"
        iam_role_arn    = aws_iam_role.flow_logs.arn
        log_destination = aws_cloudwatch_log_group.flow_logs.arn
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { flow_log_bucket_arn = "arn:aws:s3:::acme-flow-logs" }

    before = <<-EOT
      resource "aws_vpc" "main" {
        for_each   = toset(var.names)
        cidr_block = "10.0.0.0/16"
      }
    EOT
    after  = <<-EOT
      resource "aws_vpc" "main" {
        for_each   = toset(var.names)
        cidr_block = "10.0.0.0/16"
      }

      resource "aws_flow_log" "main" {
        for_each = toset(var.names)

        vpc_id               = aws_vpc.main[each.key].id
        log_destination      = "arn:aws:s3:::acme-flow-logs"
        log_destination_type = "s3"
        traffic_type         = "ALL"
      }
    EOT
  }

  example "the published module terraform-aws-modules/vpc ~> 5.0" {
    params = {
      flow_log_bucket_arn = "arn:aws:s3:::acme-flow-logs"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/vpc/aws"
        version = "~> 5.0"

        enable_flow_log           = true
        flow_log_destination_type = "s3"
        flow_log_destination_arn  = "arn:aws:s3:::acme-flow-logs"
      }
    EOT
  }
}
