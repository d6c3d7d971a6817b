rule "aws/rds/multi-az" {
  title    = "Keep a standby of a database in a second zone"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A database in one zone is down for as long as its host or its zone is. A
    standby takes over within a minute or two, with nothing lost.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_SQLServerMultiAZ.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
  ]

  aliases {
    checkov      = ["CKV_AWS_157"]
    security_hub = ["RDS.5"]
    prowler      = ["rds_instance_multi_az"]
    cis_aws      = ["5.0.0/2.2.4"]
  }

  target {
    resource = "aws_db_instance"
  }

  set "multi_az" {
    value = true
  }

  module "terraform-aws-modules/rds/aws" {
    version = ">= 5.0"

    set "multi_az" {
      value = true
    }

    refuse {
      when = target.availability_zone != null
      note = "The code pins the instance to one availability zone, or may, which a standby in a second one contradicts. Decide which is wanted."
    }

    refuse {
      when = try(target.engine == "sqlserver-ex", false) || try(target.engine == "sqlserver-web", false) && !try(matches(target.engine_version, "^16([.]00([.](421[5-9]|42[2-9][0-9]|4[3-9][0-9]{2}|[5-9][0-9]{3})([.].*)?)?)?$"), false)
      note = "SQL Server has a standby in the Standard and Enterprise Editions, in the Web Edition from 16.00.4215.2 on and in the Express Edition never. Another edition or a newer `engine_version` comes first."
    }
  }

  module "cloudposse/rds/aws" {
    version = ">= 0.20"

    set "multi_az" {
      value = true
    }

    refuse {
      when = try(target.engine == "sqlserver-ex", false) || try(target.engine == "sqlserver-web", false) && !try(matches(target.engine_version, "^16([.]00([.](421[5-9]|42[2-9][0-9]|4[3-9][0-9]{2}|[5-9][0-9]{3})([.].*)?)?)?$"), false)
      note = "SQL Server has a standby in the Standard and Enterprise Editions, in the Web Edition from 16.00.4215.2 on and in the Express Edition never. Another edition or a newer `engine_version` comes first."
    }
  }

  refuse {
    when = target.availability_zone != null
    note = "The code pins the instance to one availability zone, or may, which a standby in a second one contradicts. Decide which is wanted."
  }

  refuse {
    when = try(target.engine == "sqlserver-ex", false) || try(target.engine == "sqlserver-web", false) && !try(matches(target.engine_version, "^16([.]00([.](421[5-9]|42[2-9][0-9]|4[3-9][0-9]{2}|[5-9][0-9]{3})([.].*)?)?)?$"), false)
    note = "SQL Server has a standby in the Standard and Enterprise Editions, in the Web Edition from 16.00.4215.2 on and in the Express Edition never. Another edition or a newer `engine_version` comes first."
  }

  applicability {
    level = "review"
    note  = "The change happens in place; latency rises for a while during the first copy."
    cost  = "A standby costs as much as the instance itself."
  }

  example "multi az not mentioned" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = true
      }
    EOT
  }

  example "multi az wrong in writing" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = false # decided in 2019
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = true # decided in 2019
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
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = var.setting
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = var.setting
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = var.setting
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = true
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
        for_each       = toset(var.names)
        identifier     = each.key
        engine         = "postgres"
        instance_class = "db.t3.medium"
        multi_az       = true
      }
    EOT
  }

  example "pinned to a zone" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier        = "orders"
        engine            = "postgres"
        instance_class    = "db.t3.medium"
        availability_zone = "eu-west-1a"
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

        multi_az = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds ~> 6.0 with availability_zone" {
    before  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        availability_zone = "eu-central-1a"
      }
    EOT
    refused = true
  }

  example "the published module cloudposse/rds 1.1.0" {
    before = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        multi_az = true
      }
    EOT
  }

  example "SQL Server Express" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-ex"
        engine_version = "15.00"
        instance_class = "db.t3.medium"
      }
    EOT
    refused = "Express Edition never"
  }

  example "SQL Server Web before 2022" {
    before  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-web"
        engine_version = "15.00.4455.2.v1"
        instance_class = "db.t3.medium"
      }
    EOT
    refused = "Express Edition never"
  }

  example "SQL Server Web 2022" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-web"
        engine_version = "16.00.4215.2.v1"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-web"
        engine_version = "16.00.4215.2.v1"
        instance_class = "db.t3.medium"
        multi_az       = true
      }
    EOT
  }

  example "SQL Server Standard" {
    before = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-se"
        engine_version = "15.00"
        instance_class = "db.t3.medium"
      }
    EOT
    after  = <<-EOT
      resource "aws_db_instance" "orders" {
        identifier     = "orders"
        engine         = "sqlserver-se"
        engine_version = "15.00"
        instance_class = "db.t3.medium"
        multi_az       = true
      }
    EOT
  }

  example "the published module terraform-aws-modules/rds ~> 6.0 with SQL Server Express" {
    before  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/rds/aws"
        version = "~> 6.0"

        engine = "sqlserver-ex"
      }
    EOT
    refused = "Express Edition never"
  }

  example "the published module cloudposse/rds 1.1.0 with SQL Server Express" {
    before  = <<-EOT
      module "main" {
        source  = "cloudposse/rds/aws"
        version = "1.1.0"

        engine = "sqlserver-ex"
      }
    EOT
    refused = "Express Edition never"
  }
}
