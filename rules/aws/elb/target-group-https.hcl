rule "aws/elb/target-group-https" {
  title    = "Speak TLS between load balancer and targets"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Behind the load balancer requests cross the network in the clear, where a
    neighbour that was taken over reads them.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_target_group",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
  ]

  aliases {
    checkov   = ["CKV_AWS_378"]
    terrascan = ["AC_AWS_0492"]
  }

  target {
    resource = ["aws_lb_target_group", "aws_alb_target_group"]
    when     = target.protocol == "HTTP"
  }

  param "backend_tls_port" {
    type        = "number"
    required    = true
    description = "Port on which the targets answer over TLS, once they do."
  }

  # Asked for while the group's port is still what it was.
  set "health_check.port" {
    value = tostring(param.backend_tls_port)
    when  = target.health_check.port != null && target.health_check.port == target.port
  }

  set "protocol" {
    value = "HTTPS"
  }

  set "port" {
    value = param.backend_tls_port
  }

  # Health checks speak HTTP unless told otherwise, and no target would answer that on the port for TLS.
  set "health_check.protocol" {
    value = "HTTPS"
  }

  refuse {
    when = target.health_check.port != null && target.health_check.port != "traffic-port" && target.health_check.port != target.port && target.health_check.port != param.backend_tls_port && target.health_check.protocol != "HTTPS"
    note = "Health checks go over plain HTTP to a port of their own. Decide first whether the targets answer them over TLS, and on which port."
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the target group; the targets must speak TLS on the port first."
    replacement = true
    downtime    = "Targets that do not speak TLS fail their health checks and get no traffic."

    runbook = <<-EOT
      1. Let the targets speak TLS on the port.
      2. Give the group `create_before_destroy` and no fixed name, so that listeners move over without a gap.
      3. Apply and watch the health checks.
    EOT
  }

  example "plain HTTP" {
    params = { backend_tls_port = 8443 }

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
        port     = 8443
        protocol = "HTTPS"

        health_check {
          protocol = "HTTPS"
        }
      }
    EOT
  }

  example "nobody has said where the targets speak TLS" {
    before  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 80
        protocol = "HTTP"
      }
    EOT
    refused = true
  }

  example "TLS already" {
    params = { backend_tls_port = 8443 }

    before    = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 443
        protocol = "HTTPS"
      }
    EOT
    unchanged = true
  }

  example "health checks on the port of the traffic" {
    params = { backend_tls_port = 8443 }

    before = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 8080
        protocol = "HTTP"

        health_check {
          path = "/health"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 8443
        protocol = "HTTPS"

        health_check {
          path     = "/health"
          protocol = "HTTPS"
        }
      }
    EOT
  }

  example "health checks written out" {
    params = { backend_tls_port = 8443 }

    before = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 5000
        protocol = "HTTP"

        health_check {
          path     = "/health"
          port     = "5000"
          protocol = "HTTP"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 8443
        protocol = "HTTPS"

        health_check {
          path     = "/health"
          port     = "8443"
          protocol = "HTTPS"
        }
      }
    EOT
  }

  example "one variable for both ports" {
    params = { backend_tls_port = 8443 }

    before  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = var.port
        protocol = "HTTP"

        health_check {
          path = "/health"
          port = var.port
        }
      }

      variable "port" {
        type    = number
        default = 5000
      }
    EOT
    refused = true
  }

  example "health checks on a port of their own" {
    params = { backend_tls_port = 8443 }

    before  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 5000
        protocol = "HTTP"

        health_check {
          path = "/health"
          port = "9000"
        }
      }
    EOT
    refused = "port of their own"
  }

  example "health checks over TLS already, on a port of their own" {
    params = { backend_tls_port = 8443 }

    before = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 5000
        protocol = "HTTP"

        health_check {
          path     = "/health"
          port     = "9443"
          protocol = "HTTPS"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_target_group" "web" {
        name     = "web"
        port     = 8443
        protocol = "HTTPS"

        health_check {
          path     = "/health"
          port     = "9443"
          protocol = "HTTPS"
        }
      }
    EOT
  }
}
