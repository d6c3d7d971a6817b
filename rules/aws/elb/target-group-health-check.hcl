rule "aws/elb/target-group-health-check" {
  title    = "Let a load balancer check the health of its targets"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The path that is checked decides when a target is taken out. A front page
    may answer while what is behind it is broken, or fail while all is well: a
    path that is made for the question tells.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_target_group",
  ]

  aliases {
    checkov = ["CKV_AWS_261"]
  }

  target {
    resource = ["aws_lb_target_group", "aws_alb_target_group"]
    when     = target.protocol == "HTTP" || target.protocol == "HTTPS"
  }

  param "path" {
    type        = "string"
    required    = true
    description = "Path that answers 200 on a healthy target. Where nothing is said AWS asks for / already, so another one is what makes the check better."
  }

  set "health_check.path" {
    value   = param.path
    present = true
  }

  applicability {
    level = "safe"
  }

  example "path not mentioned" {
    params = { path = "/health" }

    before = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"

        health_check {
          path = "/health"
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    params = { path = "/health" }

    before = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"

        health_check {
          interval = 30
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"

        health_check {
          interval = 30
          path     = "/health"
        }
      }
    EOT
  }

  example "nobody has said which path" {
    before  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"
      }
    EOT
    refused = "Where nothing is said AWS asks for / already"
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"

        health_check {
          interval = 30
          path     = "/health"
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { path = "/health" }

    before = <<-EOT
      resource "aws_lb_target_group" "web" {
        for_each = toset(var.names)
        name     = each.key
        port     = 80
        protocol = "HTTP"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_target_group" "web" {
        for_each = toset(var.names)
        name     = each.key
        port     = 80
        protocol = "HTTP"

        health_check {
          path = "/health"
        }
      }
    EOT
  }

  example "TCP, which has no path" {
    before    = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "TCP"
      }
    EOT
    unchanged = true
  }
}
