rule "aws/rds/instance-iam-authentication" {
  title    = "Let database users sign in with IAM"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A password in a configuration file lives for years and is copied around.
    With IAM a client signs in with a token that expires after fifteen minutes,
    under a role that can be taken away.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_161"]
    trivy        = ["AWS-0176"]
    tfsec        = ["aws-rds-enable-iam-auth"]
    kics         = ["88fd05e0-ac0e-43d2-ba6d-fc0ba60ae1a6"]
    terrascan    = ["AC_AWS_0053"]
    snyk         = ["SNYK-CC-AWS-414"]
    security_hub = ["RDS.10"]
    prowler      = ["rds_instance_iam_authentication_enabled"]
  }

  target {
    resource = "aws_db_instance"
  }

  set "iam_database_authentication_enabled" {
    value = true
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "iam_database_authentication_enabled" {
      value = true
    }
  }

  refuse {
    when = target.engine != null && !contains(["postgres", "mysql", "mariadb"], lower(target.engine))
    note = "RDS offers IAM authentication for PostgreSQL, MySQL and MariaDB, and these files do not say that this is one of them."
  }

  applicability {
    level     = "safe"
    behaviour = "Passwords go on working; users who are to sign in with IAM must be granted that in the database."
  }

  example "iam database authentication enabled not mentioned" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = true
      }
    EOT
  }

  example "iam database authentication enabled wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = true # decided in 2019
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
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_db_instance" "orders" {
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier                          = "orders"
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = true
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
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        for_each                            = toset(var.names)
        identifier                          = each.key
        engine                              = "postgres"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = true
      }
    EOT
  }

  example "an engine without it" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-se"
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

        iam_database_authentication_enabled = true
      }
    EOT
  }

  example "an engine in capitals, as the provider lets it stand" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        engine         = "MySQL"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        engine                              = "MySQL"
        instance_class                      = "db.t3.medium"
        iam_database_authentication_enabled = true
      }
    EOT
  }
}
