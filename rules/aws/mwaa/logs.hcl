rule "aws/mwaa/logs" {
  title    = "Keep the logs of a workflow environment"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Workflows run with wide permissions on other systems. Who started what, and
    what failed, is in these logs and nowhere else.
  EOT

  references = [
    "https://docs.aws.amazon.com/mwaa/latest/userguide/monitoring-airflow.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/mwaa_environment",
  ]

  aliases {
    checkov = ["CKV_AWS_242", "CKV_AWS_243", "CKV_AWS_244"]
  }

  target {
    resource = "aws_mwaa_environment"
  }

  block "logging_configuration" {
    body {
      scheduler_logs {
        enabled = true
        set "log_level" {
          value = "INFO"
          keep  = true
        }
      }

      webserver_logs {
        enabled = true
        set "log_level" {
          value = "INFO"
          keep  = true
        }
      }

      worker_logs {
        enabled = true
        set "log_level" {
          value = "INFO"
          keep  = true
        }
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Log ingestion and storage are billed."
  }

  example "no logs" {
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
        name               = "main"
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn

        logging_configuration {
          scheduler_logs {
            enabled   = true
            log_level = "INFO"
          }

          webserver_logs {
            enabled   = true
            log_level = "INFO"
          }

          worker_logs {
            enabled   = true
            log_level = "INFO"
          }
        }
      }
    EOT
  }

  example "one of three, switched off" {
    before = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name               = "main"
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn

        logging_configuration {
          scheduler_logs {
            enabled   = false
            log_level = "ERROR"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name               = "main"
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn

        logging_configuration {
          scheduler_logs {
            enabled   = true
            log_level = "ERROR"
          }

          webserver_logs {
            enabled   = true
            log_level = "INFO"
          }

          worker_logs {
            enabled   = true
            log_level = "INFO"
          }
        }
      }
    EOT
  }

  example "all kept" {
    before    = <<-EOT
      resource "aws_mwaa_environment" "main" {
        name               = "main"
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn

        logging_configuration {
          scheduler_logs {
            enabled   = true
            log_level = "ERROR"
          }

          webserver_logs {
            enabled   = true
            log_level = "ERROR"
          }

          worker_logs {
            enabled   = true
            log_level = "ERROR"
          }
        }
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
        for_each           = toset(var.names)
        name               = each.key
        dag_s3_path        = "dags/"
        execution_role_arn = aws_iam_role.mwaa.arn
        source_bucket_arn  = aws_s3_bucket.dags.arn

        logging_configuration {
          scheduler_logs {
            enabled   = true
            log_level = "INFO"
          }

          webserver_logs {
            enabled   = true
            log_level = "INFO"
          }

          worker_logs {
            enabled   = true
            log_level = "INFO"
          }
        }
      }
    EOT
  }
}
