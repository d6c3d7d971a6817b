rule "aws/rds/performance-insights" {
  title    = "Record what a database spends its time on"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    When a database is slow or abused, this shows which query, user and host
    cause the load. It is free for a week of history and adds hardly any load of
    its own.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov = ["CKV_AWS_353"]
    trivy   = ["AWS-0133"]
    tfsec   = ["aws-rds-enable-performance-insights"]
  }

  target {
    resource = ["aws_db_instance", "aws_rds_cluster_instance"]
  }

  param "kms_key" {
    type        = "expression"
    default     = null
    description = "Key for the recorded queries: an ARN or a reference. Null means the key of the database's storage. It cannot be changed later."
  }

  # The key is chosen once, with the switch: without one the AWS managed key would stay for good.
  set "performance_insights_kms_key_id" {
    value   = param.kms_key != null ? param.kms_key : target.kms_key_id
    present = true
    when    = target.performance_insights_enabled != true
  }

  set "performance_insights_enabled" {
    value = true
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "performance_insights_enabled" {
      value = true
    }
  }

  refuse {
    when = contains(["mysql", "mariadb"], lower(target.engine)) && contains(["db.t2.micro", "db.t2.small", "db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"], target.instance_class)
    note = "RDS offers no Performance Insights for MySQL and MariaDB on micro and small burstable classes, and these files say that this is such an instance, or do not say that it is none. Choose a larger class first, or give engine and class where they can be read."
  }

  applicability {
    level = "safe"
    cost  = "Seven days are free; longer retention is billed."
  }

  example "performance insights enabled not mentioned" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.m5.large"
        kms_key_id     = aws_kms_key.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "postgres"
        instance_class                  = "db.m5.large"
        kms_key_id                      = aws_kms_key.orders.arn
        performance_insights_kms_key_id = aws_kms_key.orders.arn
        performance_insights_enabled    = true
      }
    EOT
  }

  example "performance insights enabled wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                   = "orders"
        engine                       = "postgres"
        instance_class               = "db.m5.large"
        kms_key_id                   = aws_kms_key.orders.arn
        performance_insights_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "postgres"
        instance_class                  = "db.m5.large"
        kms_key_id                      = aws_kms_key.orders.arn
        performance_insights_enabled    = true # decided in 2019
        performance_insights_kms_key_id = aws_kms_key.orders.arn
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_db_instance" "orders" {
        identifier                   = "orders"
        engine                       = "postgres"
        instance_class               = "db.m5.large"
        kms_key_id                   = aws_kms_key.orders.arn
        performance_insights_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "postgres"
        instance_class                  = "db.m5.large"
        kms_key_id                      = aws_kms_key.orders.arn
        performance_insights_enabled    = var.setting
        performance_insights_kms_key_id = aws_kms_key.orders.arn
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_db_instance" "orders" {
        identifier                   = "orders"
        engine                       = "postgres"
        instance_class               = "db.m5.large"
        kms_key_id                   = aws_kms_key.orders.arn
        performance_insights_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                   = "orders"
        engine                       = "postgres"
        instance_class               = "db.m5.large"
        performance_insights_enabled = true
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each       = toset(var.names)
        identifier     = each.key
        engine         = "postgres"
        instance_class = "db.m5.large"
        kms_key_id     = aws_kms_key.orders.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each                        = toset(var.names)
        identifier                      = each.key
        engine                          = "postgres"
        instance_class                  = "db.m5.large"
        kms_key_id                      = aws_kms_key.orders.arn
        performance_insights_kms_key_id = aws_kms_key.orders.arn
        performance_insights_enabled    = true
      }
    EOT
  }

  example "with the organisation's key" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.m5.large"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                      = "orders"
        engine                          = "postgres"
        instance_class                  = "db.m5.large"
        performance_insights_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        performance_insights_enabled    = true
      }
    EOT
  }

  example "a class without it" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "mysql"
        instance_class = "db.t3.micro"
        kms_key_id     = aws_kms_key.orders.arn
      }
    EOT
    refused = true
  }

  example "no key anywhere" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.m5.large"
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/rds ~> 6.0" {
    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        performance_insights_enabled = true
      }
    EOT
  }

  example "a class without it, the engine in capitals" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "MySQL"
        instance_class = "db.t3.micro"
        kms_key_id     = aws_kms_key.orders.arn
      }
    EOT
    refused = "micro and small burstable classes"
  }
}
