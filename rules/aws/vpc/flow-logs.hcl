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
    tfsec        = ["aws-ec2-require-vpc-flow-logs-for-all-vpcs"]
    kics         = ["f83121ea-03da-434f-9277-9cd247ab3047"]
    terrascan    = ["AC_AWS_0369"]
    security_hub = ["EC2.6"]
    prowler      = ["vpc_flow_logs_enabled"]
    cis_aws      = ["5.0.0/3.7", "3.0.0/3.7"]
  }

  target {
    resource = "aws_vpc"
  }

  param "flow_log_bucket_arn" {
    type        = "expression"
    default     = null
    description = "Bucket for the records, whose policy lets delivery.logs.amazonaws.com write to it: an ARN or a reference such as aws_s3_bucket.flow_logs.arn. Null means a log group of their own, written beside the network."
  }
  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Customer managed key for the log group that is written: an ARN or a reference such as aws_kms_key.main.arn. Its policy must let CloudWatch Logs use it. Null means AWS's own."
  }

  companion "aws_cloudwatch_log_group" {
    link            = "name"
    link_attributes = ["id"]
    name            = format("%s_flow_logs", resource.name)
    when            = param.flow_log_bucket_arn == null && !linked("aws_flow_log", "vpc_id")

    body {
      name              = format("/aws/vpc-flow-logs/%s", target.id)
      retention_in_days = 365
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
        when  = param.kms_key != null
      }
    }
  }

  companion "aws_iam_role" {
    link            = "description"
    link_attributes = ["id"]
    name            = format("%s_flow_logs", resource.name)
    when            = param.flow_log_bucket_arn == null && !linked("aws_flow_log", "vpc_id")

    body {
      description = format("Writes the flow logs of %s.", target.id)

      assume_role_policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "vpc-flow-logs.amazonaws.com" }
        }]
      })
    }
  }

  companion "aws_iam_role_policy" {
    link            = "role"
    link_to         = "aws_iam_role"
    link_attributes = ["id", "name"]
    name            = format("%s_flow_logs", resource.name)
    when            = param.flow_log_bucket_arn == null && !linked("aws_flow_log", "vpc_id")

    body {
      set "policy" {
        value = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            Resource = "${companion("aws_cloudwatch_log_group").arn}:*"
          }]
        })
        keep = true
      }
    }
  }

  companion "aws_flow_log" {
    link            = "vpc_id"
    link_attributes = ["id"]

    body {
      vpc_id = target.id
      set "iam_role_arn" {
        value = companion("aws_iam_role").arn
        keep  = true
        when  = param.flow_log_bucket_arn == null && !linked("aws_flow_log", "vpc_id")
      }
      set "log_destination" {
        value = param.flow_log_bucket_arn != null ? param.flow_log_bucket_arn : companion("aws_cloudwatch_log_group").arn
        keep  = true
        when  = !linked("aws_flow_log", "vpc_id")
      }
      set "log_destination_type" {
        value = "s3"
        keep  = true
        when  = param.flow_log_bucket_arn != null && !linked("aws_flow_log", "vpc_id")
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

  example "a log group of its own" {
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
        vpc_id          = aws_vpc.main.id
        iam_role_arn    = aws_iam_role.main_flow_logs.arn
        log_destination = aws_cloudwatch_log_group.main_flow_logs.arn
        traffic_type    = "ALL"
      }

      resource "aws_iam_role_policy" "main_flow_logs" {
        role = aws_iam_role.main_flow_logs.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_flow_logs.arn}:*"
          }]
        })
      }

      resource "aws_iam_role" "main_flow_logs" {
        description = "Writes the flow logs of ${aws_vpc.main.id}."

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "vpc-flow-logs.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_flow_logs" {
        name              = "/aws/vpc-flow-logs/${aws_vpc.main.id}"
        retention_in_days = 365
      }
    EOT
  }

  example "a log group of its own for each" {
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

        vpc_id          = aws_vpc.main[each.key].id
        iam_role_arn    = aws_iam_role.main_flow_logs[each.key].arn
        log_destination = aws_cloudwatch_log_group.main_flow_logs[each.key].arn
        traffic_type    = "ALL"
      }

      resource "aws_iam_role_policy" "main_flow_logs" {
        for_each = toset(var.names)

        role = aws_iam_role.main_flow_logs[each.key].id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_flow_logs[each.key].arn}:*"
          }]
        })
      }

      resource "aws_iam_role" "main_flow_logs" {
        for_each = toset(var.names)

        description = "Writes the flow logs of ${aws_vpc.main[each.key].id}."

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "vpc-flow-logs.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_flow_logs" {
        for_each = toset(var.names)

        name              = "/aws/vpc-flow-logs/${aws_vpc.main[each.key].id}"
        retention_in_days = 365
      }
    EOT
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

  example "a log group with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

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
        vpc_id          = aws_vpc.main.id
        iam_role_arn    = aws_iam_role.main_flow_logs.arn
        log_destination = aws_cloudwatch_log_group.main_flow_logs.arn
        traffic_type    = "ALL"
      }

      resource "aws_iam_role_policy" "main_flow_logs" {
        role = aws_iam_role.main_flow_logs.id

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            Resource = "${aws_cloudwatch_log_group.main_flow_logs.arn}:*"
          }]
        })
      }

      resource "aws_iam_role" "main_flow_logs" {
        description = "Writes the flow logs of ${aws_vpc.main.id}."

        assume_role_policy = jsonencode({
          Version = "2012-10-17"
          Statement = [{
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "vpc-flow-logs.amazonaws.com" }
          }]
        })
      }

      resource "aws_cloudwatch_log_group" "main_flow_logs" {
        name              = "/aws/vpc-flow-logs/${aws_vpc.main.id}"
        retention_in_days = 365
        kms_key_id        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }
}
