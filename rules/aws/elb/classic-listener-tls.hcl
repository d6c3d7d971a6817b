rule "aws/elb/classic-listener-tls" {
  title    = "Serve TLS on every listener of a classic load balancer"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Over plain HTTP or TCP everybody on the way, between client and load
    balancer or behind it, reads and changes what is sent.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-https-load-balancers.html",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elb",
  ]

  aliases {
    checkov      = ["CKV_AWS_127", "CKV_AWS_376"]
    terrascan    = ["AC_AWS_0120"]
    security_hub = ["ELB.3"]
    prowler      = ["elb_ssl_listeners"]
  }

  target {
    resource = "aws_elb"
  }

  param "certificate_arn" {
    type        = "expression"
    required    = true
    description = "Certificate for the names that clients use: an ARN or a reference."
  }

  # Browsers speak plain HTTP to port 80; https:// leads to 443. Asked for while the listener still says what it was.
  set "listener[*].lb_port" {
    value         = 443
    create_blocks = false
    when          = lower(block.lb_protocol) == "http" && block.lb_port == 80
  }

  # On a port that speaks TLS from then on, a check in plain HTTP finds no healthy instance.
  set "health_check.target" {
    value         = "HTTPS${substr(target.health_check.target, 4, -1)}"
    create_blocks = false
    when          = anytrue([for listener in target.listener : lower(listener.instance_protocol) == "http" && matches(target.health_check.target, "(?i)^http:${listener.instance_port}/")])
  }

  set "listener[*].lb_protocol" {
    value         = "https"
    create_blocks = false
    when          = lower(block.lb_protocol) == "http"
  }

  set "listener[*].lb_protocol" {
    value         = "ssl"
    create_blocks = false
    when          = lower(block.lb_protocol) == "tcp"
  }

  set "listener[*].instance_protocol" {
    value         = "https"
    create_blocks = false
    when          = lower(block.instance_protocol) == "http"
  }

  set "listener[*].instance_protocol" {
    value         = "ssl"
    create_blocks = false
    when          = lower(block.instance_protocol) == "tcp"
  }

  set "listener[*].ssl_certificate_id" {
    value         = param.certificate_arn
    present       = true
    create_blocks = false
  }

  refuse {
    when = anytrue([for listener in target.listener : lower(listener.lb_protocol) == "http" && listener.lb_port == 80]) && anytrue([for listener in target.listener : listener.lb_port == 443])
    note = "The load balancer has a listener on port 443 already, so the plain one on port 80 cannot move there. Take it away, or lead its visitors to https:// on the instances."
  }

  refuse {
    when = anytrue([for listener in target.listener : lower(listener.lb_protocol) == "http" && listener.lb_port == 80]) && (linked("aws_lb_cookie_stickiness_policy", "load_balancer") || linked("aws_app_cookie_stickiness_policy", "load_balancer") || linked("aws_load_balancer_listener_policy", "load_balancer_name"))
    note = "Policies of their own name the port of this load balancer's listener, which has to move from 80 to 443. Move them with it."
  }

  applicability {
    level    = "disruptive"
    note     = "The instances must speak TLS on their port, and clients must use https://, before this is applied."
    downtime = "Instances that do not speak TLS fail their health checks and get no traffic."

    runbook = <<-EOT
      1. Let the instances speak TLS on the port that the listener sends to.
      2. Tell clients to use https://; let the security group of the load balancer in.
      3. Apply and watch the health checks.
    EOT
  }

  example "plain HTTP" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "http"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port      = 8000
          instance_protocol  = "https"
          lb_port            = 443
          lb_protocol        = "https"
          ssl_certificate_id = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "plain TCP" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 9000
          instance_protocol = "TCP"
          lb_port           = 9000
          lb_protocol       = "TCP"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port      = 9000
          instance_protocol  = "ssl"
          lb_port            = 9000
          lb_protocol        = "ssl"
          ssl_certificate_id = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given a certificate yet" {
    before  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port     = 8000
          instance_protocol = "http"
          lb_port           = 443
          lb_protocol       = "http"
        }
      }
    EOT
    refused = true
  }

  example "TLS on both sides" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          instance_port      = 8443
          instance_protocol  = "https"
          lb_port            = 443
          lb_protocol        = "https"
          ssl_certificate_id = aws_acm_certificate.web.arn
        }
      }
    EOT
    unchanged = true
  }

  example "plain HTTP on port 80, with a health check" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          interval            = 30
          target              = "HTTP:8080/"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port            = 443
          lb_protocol        = "https"
          instance_port      = 8080
          instance_protocol  = "https"
          ssl_certificate_id = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          interval            = 30
          target              = "HTTPS:8080/"
        }
      }
    EOT
  }

  example "a health check that opens a connection, no more" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          interval            = 30
          target              = "TCP:8080"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port            = 443
          lb_protocol        = "https"
          instance_port      = 8080
          instance_protocol  = "https"
          ssl_certificate_id = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          interval            = 30
          target              = "TCP:8080"
        }
      }
    EOT
  }

  example "a health check on a port of its own" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          interval            = 30
          target              = "HTTP:9000/health"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port            = 443
          lb_protocol        = "https"
          instance_port      = 8080
          instance_protocol  = "https"
          ssl_certificate_id = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        }

        health_check {
          healthy_threshold   = 2
          unhealthy_threshold = 2
          timeout             = 3
          interval            = 30
          target              = "HTTP:9000/health"
        }
      }
    EOT
  }

  example "beside a listener on port 443" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }

        listener {
          lb_port            = 443
          lb_protocol        = "https"
          instance_port      = 8443
          instance_protocol  = "https"
          ssl_certificate_id = aws_acm_certificate.web.arn
        }
      }
    EOT
    refused = "on port 443 already"
  }

  example "a policy that names the port" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }
      }

      resource "aws_lb_cookie_stickiness_policy" "web" {
        name          = "web"
        load_balancer = aws_elb.web.id
        lb_port       = 80
      }
    EOT
    refused = "Policies of their own"
  }

  example "another policy that names the port" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }
      }

      resource "aws_app_cookie_stickiness_policy" "web" {
        name          = "web"
        load_balancer = aws_elb.web.name
        lb_port       = 80
        cookie_name   = "session"
      }
    EOT
    refused = "Policies of their own"
  }

  example "a set of policies for the port" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_elb" "web" {
        name = "web"

        listener {
          lb_port           = 80
          lb_protocol       = "http"
          instance_port     = 8080
          instance_protocol = "http"
        }
      }

      resource "aws_load_balancer_listener_policy" "web" {
        load_balancer_name = aws_elb.web.name
        load_balancer_port = 80
        policy_names       = ["web"]
      }
    EOT
    refused = "Policies of their own"
  }
}
