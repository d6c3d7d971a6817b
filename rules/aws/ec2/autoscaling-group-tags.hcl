rule "aws/ec2/autoscaling-group-tags" {
  title    = "Name the instances of an Auto Scaling group"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Instances that come and go can only be told apart by their tags. Without
    any, nobody knows in an incident what a machine belonged to. The name is the
    one the group has in this configuration.
  EOT

  references = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_group",
  ]

  aliases {
    checkov      = ["CKV_AWS_153"]
    kics         = ["ba48df05-eaa1-4d64-905e-4a4b051e7587"]
    security_hub = ["AutoScaling.10"]
  }

  target {
    resource = "aws_autoscaling_group"
  }

  block "tag" {
    body {
      set "key" {
        value = "Name"
        keep  = true
      }
      set "value" {
        value = resource.name
        keep  = true
      }
      set "propagate_at_launch" {
        value = true
        keep  = true
      }
    }
  }

  applicability {
    level = "safe"
  }

  example "no tags" {
    before = <<-EOT
      resource "aws_autoscaling_group" "web" {
        max_size = 3
        min_size = 1
      }
    EOT
    after  = <<-EOT
      resource "aws_autoscaling_group" "web" {
        max_size = 3
        min_size = 1

        tag {
          key                 = "Name"
          value               = "web"
          propagate_at_launch = true
        }
      }
    EOT
  }

  example "tagged already" {
    before    = <<-EOT
      resource "aws_autoscaling_group" "web" {
        max_size = 3
        min_size = 1

        tag {
          key                 = "team"
          value               = "web"
          propagate_at_launch = false
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_autoscaling_group" "web" {
        for_each = toset(var.names)
        max_size = 3
        min_size = 1
      }
    EOT
    after  = <<-EOT
      resource "aws_autoscaling_group" "web" {
        for_each = toset(var.names)
        max_size = 3
        min_size = 1

        tag {
          key                 = "Name"
          value               = "web"
          propagate_at_launch = true
        }
      }
    EOT
  }
}
