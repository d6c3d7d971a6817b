rule "aws/mwaa/private-webserver" {
  title    = "Keep a workflow environment's web page off the internet"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The page starts workflows and shows their connections. In public it is one
    stolen session away from everybody.
  EOT

  references = [
    "https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-networking.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mwaa_environment",
  ]

  aliases {
    checkov = ["CKV2_AWS_66"]
  }

  target {
    resource = "aws_mwaa_environment"
  }

  set "webserver_access_mode" {
    value = "PRIVATE_ONLY"
  }

  applicability {
    level    = "review"
    note     = "The page can be reached inside the VPC only; people need a VPN or a bastion host."
    downtime = "The environment is updated for half an hour or so; running workflows go on."
  }

  example "webserver access mode not mentioned" {
    before = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name               = "main"
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = "PRIVATE_ONLY"
      }
    EOT
  }

  example "webserver access mode wrong in writing" {
    before = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = "PUBLIC_ONLY" # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = "PRIVATE_ONLY" # decided in 2019
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = string
        default = "PUBLIC_ONLY"
      }

      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = string
        default = "PRIVATE_ONLY"
      }

      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = string
      }

      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name                  = "main"
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = "PRIVATE_ONLY"
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_mwaa_environment" "main" {
        for_each           = toset(var.names)
        name               = each.key
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_mwaa_environment" "main" {
        for_each              = toset(var.names)
        name                  = each.key
        dag_s3_path           = "dags/"
        execution_role_arn    = aws_iam_role.mwaa.arn
        source_bucket_arn     = aws_s3_bucket.dags.arn
        webserver_access_mode = "PRIVATE_ONLY"
      }
    EOT
  }
}
