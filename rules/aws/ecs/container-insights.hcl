rule "aws/ecs/container-insights" {
  title    = "Record how the containers of a cluster behave"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without it nobody sees that a task restarts all the time, eats memory or
    talks more than it should. With it there are metrics to look at and to raise
    alarms on.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_cluster",
  ]

  aliases {
    checkov      = ["CKV_AWS_65"]
    trivy        = ["AWS-0034"]
    tfsec        = ["aws-ecs-enable-container-insight"]
    kics         = ["97cb0688-369a-4d26-b1f7-86c4c91231bc"]
    snyk         = ["SNYK-CC-TF-128"]
    security_hub = ["ECS.12"]
    prowler      = ["ecs_cluster_container_insights_enabled"]
  }

  target {
    resource = "aws_ecs_cluster"
  }

  block "setting" {
    matching = block.name == "containerInsights"
    body {
      name = "containerInsights"
      set "value" {
        value  = "enabled"
        one_of = ["enabled", "enhanced"]
      }
    }
  }

  applicability {
    level = "safe"
    cost  = "Metrics and log entries are billed."
  }

  example "not mentioned" {
    before = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        setting {
          name  = "containerInsights"
          value = "enabled"
        }
      }
    EOT
  }

  example "switched off" {
    before = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        setting {
          name  = "containerInsights"
          value = "disabled"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        setting {
          name  = "containerInsights"
          value = "enabled"
        }
      }
    EOT
  }

  example "the enhanced form" {
    before    = <<-EOT
      resource "aws_ecs_cluster" "main" {
        name = "main"

        setting {
          name  = "containerInsights"
          value = "enhanced"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_ecs_cluster" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_cluster" "main" {
        for_each = toset(var.names)
        name     = each.key

        setting {
          name  = "containerInsights"
          value = "enabled"
        }
      }
    EOT
  }
}
