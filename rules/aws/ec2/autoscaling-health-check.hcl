rule "aws/ec2/autoscaling-health-check" {
  title    = "Let the load balancer say which instances are healthy"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    By default a group replaces only machines that are off. One that runs, but
    serves nothing, stays; the load balancer's health check would notice.
  EOT

  references = [
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_attachment",
  ]

  aliases {
    checkov      = ["CKV2_AWS_15"]
    security_hub = ["AutoScaling.1"]
    prowler      = ["autoscaling_group_elb_health_check_enabled"]
  }

  target {
    resource = ["aws_autoscaling_group", "aws_elb", "aws_lb_target_group"]

    reached_from "aws_autoscaling_attachment" {
      argument = "autoscaling_group_name"
    }
    reached_from "aws_autoscaling_attachment" {
      argument = "elb"
    }
    reached_from "aws_autoscaling_attachment" {
      argument = "lb_target_group_arn"
    }
  }

  set "health_check_type" {
    value = "ELB"
    when  = resource.type == "aws_autoscaling_group"
  }

  # What AWS checks by default, on the port that the first listener leads to.
  block "health_check" {
    when = resource.type == "aws_elb"

    body {
      set "target" {
        value = format("TCP:%s", [for listener in target.listener : listener.instance_port][0])
        keep  = true
      }
      set "healthy_threshold" {
        value = 10
        keep  = true
      }
      set "unhealthy_threshold" {
        value = 2
        keep  = true
      }
      set "interval" {
        value = 30
        keep  = true
      }
      set "timeout" {
        value = 5
        keep  = true
      }
    }
  }

  set "health_check.enabled" {
    value = true
    when  = resource.type == "aws_lb_target_group"
  }

  applicability {
    level     = "review"
    note      = "An instance that fails the health check is replaced. Give the group a grace period as long as a start takes."
    behaviour = "Instances that do not answer are replaced."
  }

  example "neither the group nor the load balancer asks" {
    address = "aws_autoscaling_attachment.web"

    before = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size = 2
        max_size = 5
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = "ELB"
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }

        health_check {
          target              = "TCP:8000"
          healthy_threshold   = 10
          unhealthy_threshold = 2
          interval            = 30
          timeout             = 5
        }
      }
    EOT
  }

  example "the group asks the machine" {
    address = "aws_autoscaling_attachment.web"

    before = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = "EC2" # default
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          target              = "HTTP:8000/"
          interval            = 30
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = "ELB" # default
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          target              = "HTTP:8000/"
          interval            = 30
        }
      }
    EOT
  }

  example "already right" {
    address = "aws_autoscaling_attachment.web"

    before   = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = "ELB"
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          target              = "HTTP:8000/"
          interval            = 30
        }
      }
    EOT
    unchanged = true
  }

  example "a target group without a check" {
    address = "aws_autoscaling_attachment.web"

    before = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        lb_target_group_arn    = aws_lb_target_group.web.arn
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = "ELB"
      }

      resource "aws_lb_target_group" "web" {
        port     = 8080
        protocol = "HTTP"
        vpc_id   = aws_vpc.main.id
      }
    EOT
    after  = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        lb_target_group_arn    = aws_lb_target_group.web.arn
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = "ELB"
      }

      resource "aws_lb_target_group" "web" {
        port     = 8080
        protocol = "HTTP"
        vpc_id   = aws_vpc.main.id

        health_check {
          enabled = true
        }
      }
    EOT
  }

  example "neither is in these files" {
    before = <<-EOT
      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = var.group
        lb_target_group_arn    = var.target_group
      }
    EOT
    refused = true
  }

  example "decided by a variable" {
    address = "aws_autoscaling_attachment.web"

    before = <<-EOT
      variable "check" {
        type    = string
        default = "EC2"
      }

      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = var.check
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          target              = "HTTP:8000/"
          interval            = 30
        }
      }
    EOT
    after  = <<-EOT
      variable "check" {
        type    = string
        default = "ELB"
      }

      resource "aws_autoscaling_attachment" "web" {
        autoscaling_group_name = aws_autoscaling_group.web.id
        elb                    = aws_elb.web.id
      }

      resource "aws_autoscaling_group" "web" {
        min_size          = 2
        max_size          = 5
        health_check_type = var.check
      }

      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "https"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          target              = "HTTP:8000/"
          interval            = 30
        }
      }
    EOT
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_autoscaling_group" "web" {
        for_each = toset(var.names)
        name     = each.key
        min_size = 2
        max_size = 5
      }
    EOT
    after  = <<-EOT
      resource "aws_autoscaling_group" "web" {
        for_each          = toset(var.names)
        name              = each.key
        min_size          = 2
        max_size          = 5
        health_check_type = "ELB"
      }
    EOT
  }
}
