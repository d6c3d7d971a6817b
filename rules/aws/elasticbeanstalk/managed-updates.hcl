rule "aws/elasticbeanstalk/managed-updates" {
  title    = "Take an environment's platform updates automatically"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Platform updates bring the fixes of the operating system and the language.
    Left to people they wait until the platform is retired.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elastic_beanstalk_environment",
  ]

  aliases {
    checkov      = ["CKV_AWS_340"]
    security_hub = ["ElasticBeanstalk.2"]
    prowler      = ["elasticbeanstalk_environment_managed_updates_enabled"]
  }

  target {
    resource = "aws_elastic_beanstalk_environment"
  }

  param "start_time" {
    type        = "string"
    default     = "Sun:03:00"
    description = "Day and hour (UTC) of the weekly window."
  }

  block "setting" {
    matching = block.namespace == "aws:elasticbeanstalk:managedactions" && block.name == "ManagedActionsEnabled"
    body {
      namespace = "aws:elasticbeanstalk:managedactions"
      name      = "ManagedActionsEnabled"
      value     = "True"
    }
  }

  block "setting" {
    matching = block.namespace == "aws:elasticbeanstalk:managedactions" && block.name == "PreferredStartTime"
    body {
      namespace = "aws:elasticbeanstalk:managedactions"
      name      = "PreferredStartTime"
      set "value" {
        value = param.start_time
        keep  = true
      }
    }
  }

  block "setting" {
    matching = block.namespace == "aws:elasticbeanstalk:managedactions:platformupdate" && block.name == "UpdateLevel"
    body {
      namespace = "aws:elasticbeanstalk:managedactions:platformupdate"
      name      = "UpdateLevel"
      set "value" {
        value = "minor"
        keep  = true
      }
    }
  }

  applicability {
    level = "review"
    note  = "Instances are replaced in the weekly window when there is an update; managed updates need enhanced health reporting."
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
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "ManagedActionsEnabled"
          value     = "True"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "PreferredStartTime"
          value     = "Sun:03:00"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions:platformupdate"
          name      = "UpdateLevel"
          value     = "minor"
        }
      }
    EOT
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        name        = "web"
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "ManagedActionsEnabled"
          value     = "False"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "PreferredStartTime"
          value     = "Tue:09:00"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions:platformupdate"
          name      = "UpdateLevel"
          value     = "patch"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        name        = "web"
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "ManagedActionsEnabled"
          value     = "True"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "PreferredStartTime"
          value     = "Tue:09:00"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions:platformupdate"
          name      = "UpdateLevel"
          value     = "patch"
        }
      }
    EOT
  }

  example "already taken" {
    before    = <<-EOT
      resource "aws_elastic_beanstalk_environment" "web" {
        name        = "web"
        application = "web"

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "ManagedActionsEnabled"
          value     = "True"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions"
          name      = "PreferredStartTime"
          value     = "Tue:09:00"
        }

        setting {
          namespace = "aws:elasticbeanstalk:managedactions:platformupdate"
          name      = "UpdateLevel"
          value     = "patch"
        }
      }
    EOT
    unchanged = true
  }
}
