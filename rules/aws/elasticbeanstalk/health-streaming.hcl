rule "aws/elasticbeanstalk/health-streaming" {
  title    = "Send an environment's health to CloudWatch"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Basic health says that an instance answers. Enhanced health says why it does
    not, and streamed to CloudWatch it can be looked at later and raise alarms.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elastic_beanstalk_environment",
  ]

  aliases {
    checkov      = ["CKV_AWS_312"]
    security_hub = ["ElasticBeanstalk.1"]
    prowler      = ["elasticbeanstalk_environment_enhanced_health_reporting"]
  }

  target {
    resource = "aws_elastic_beanstalk_environment"
  }

  block "setting" {
    matching = block.namespace == "aws:elasticbeanstalk:healthreporting:system" && block.name == "SystemType"
    body {
      namespace = "aws:elasticbeanstalk:healthreporting:system"
      name      = "SystemType"
      value     = "enhanced"
    }
  }

  block "setting" {
    matching = block.namespace == "aws:elasticbeanstalk:cloudwatch:logs:health" && block.name == "HealthStreamingEnabled"
    body {
      namespace = "aws:elasticbeanstalk:cloudwatch:logs:health"
      name      = "HealthStreamingEnabled"
      value     = "true"
    }
  }

  applicability {
    level = "safe"
    note  = "Checkov looks for `HealthStreamingEnabled` in the namespace of health reporting, where Elastic Beanstalk knows no such option: it goes on complaining."
    cost  = "Log ingestion and storage are billed."
  }

  example "not mentioned" {
    before = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        name        = "web"
        application = "web"
      }
    EOT
    after  = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        name        = "web"
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:healthreporting:system"
          name      = "SystemType"
          value     = "enhanced"
        }

        setting {
          namespace = "aws:elasticbeanstalk:cloudwatch:logs:health"
          name      = "HealthStreamingEnabled"
          value     = "true"
        }
      }
    EOT
  }

  example "already sent" {
    before    = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        name        = "web"
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:healthreporting:system"
          name      = "SystemType"
          value     = "enhanced"
        }

        setting {
          namespace = "aws:elasticbeanstalk:cloudwatch:logs:health"
          name      = "HealthStreamingEnabled"
          value     = "true"
        }
      }
    EOT
    unchanged = true
  }

  example "basic health, and one environment for each name" {
    before = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        for_each    = toset(var.names)
        name        = each.key
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:healthreporting:system"
          name      = "SystemType"
          value     = "basic"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        for_each    = toset(var.names)
        name        = each.key
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:healthreporting:system"
          name      = "SystemType"
          value     = "enhanced"
        }

        setting {
          namespace = "aws:elasticbeanstalk:cloudwatch:logs:health"
          name      = "HealthStreamingEnabled"
          value     = "true"
        }
      }
    EOT
  }
}
