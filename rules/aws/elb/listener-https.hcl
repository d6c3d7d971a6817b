rule "aws/elb/listener-https" {
  title    = "Serve HTTPS instead of plain HTTP"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Over plain HTTP everybody on the way reads and changes what is sent,
    passwords and session cookies included. Where the load balancer serves HTTPS
    already, its plain listener is there to lead visitors to it.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_listener",
  ]

  aliases {
    checkov   = ["CKV_AWS_2", "CKV2_AWS_20"]
    trivy     = ["AWS-0054"]
    tfsec     = ["aws-elb-http-not-used"]
    kics      = ["de7f5e83-da88-4046-871f-ea18504b1d43"]
    terrascan = ["AC_AWS_0491"]
    snyk      = ["SNYK-CC-TF-47"]
  }

  target {
    resource = ["aws_lb_listener", "aws_alb_listener"]
    when     = (target.protocol == "HTTP" || target.protocol == null) && target.default_action.type != "redirect"

    reached_from "aws_lb" {
      by = "load_balancer_arn"
    }

    reached_from "aws_alb" {
      by = "load_balancer_arn"
    }
  }

  param "certificate_arn" {
    type        = "expression"
    default     = null
    description = "Certificate for the names that clients use: an ARN or a reference such as aws_acm_certificate.web.arn. Not needed where the load balancer has an HTTPS listener on port 443."
  }

  # A second listener on port 443 is none that the load balancer could have. One that `count` or `for_each` may leave out is none to
  # lead visitors to, unless this one is left out with it.
  remove "default_action.target_group_arn" {
    when = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  remove "default_action.forward" {
    when = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  remove "default_action.fixed_response" {
    when = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  set "default_action.type" {
    value         = "redirect"
    create_blocks = false
    when          = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  block "default_action.redirect" {
    when = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)

    body {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }

  set "certificate_arn" {
    value   = param.certificate_arn
    present = true
    when    = !try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  set "protocol" {
    value = "HTTPS"
    when  = !try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  set "port" {
    value = 443
    when  = target.port == 80 && !try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  set "ssl_policy" {
    value   = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    present = true
    when    = !try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
  }

  refuse {
    when = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false) && (linked("aws_lb_listener_rule", "listener_arn") || linked("aws_alb_listener_rule", "listener_arn"))
    note = "The load balancer serves HTTPS already, and this listener has rules of its own that a redirect would not reach: they would still answer over plain HTTP. Move them to the HTTPS listener first."
  }

  refuse {
    when = try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn]), false) && !try(target.port == 80 && anytrue([for other in concat(resources("aws_lb_listener"), resources("aws_alb_listener")) : other.resource_name != resource.name && other.protocol == "HTTPS" && other.port == 443 && other.load_balancer_arn == target.load_balancer_arn && (other.repetition == null || other.repetition == resource.repetition || other.count > 0)]), false)
    note = "The load balancer has an HTTPS listener only under a condition (`count` or `for_each`). Where that one is left out, a redirect would lead nowhere; where it is there, this one cannot have port 443. Decide first that HTTPS is always served."
  }

  applicability {
    level    = "review"
    note     = "Clients must use https:// from then on; the security group must let port 443 in. Requests with a body are not repeated after a redirect."
    downtime = "Links and clients with http:// fail, unless this listener or another one redirects them."
  }

  example "HTTP on port 80" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "nobody has given a certificate yet" {
    before  = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    refused = true
  }

  example "HTTP on a port of its own" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 8080
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 8080
        protocol          = "HTTPS"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "HTTP on a port of its own, beside HTTPS" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 8080
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 8080
        protocol          = "HTTPS"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "a redirect" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }
    EOT
    unchanged = true
  }

  example "HTTPS already" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn
      }
    EOT
    unchanged = true
  }

  example "the load balancer serves HTTPS already" {
    before = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "the load balancer serves HTTPS already, and this listener answers itself" {
    before = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "fixed-response"

          fixed_response {
            content_type = "text/plain"
            status_code  = "404"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "the load balancer serves HTTPS already, and this listener forwards by weight" {
    before = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "forward"

          forward {
            target_group {
              arn = aws_lb_target_group.blue.arn
            }

            target_group {
              arn = aws_lb_target_group.green.arn
            }
          }
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "one for each load balancer, all with HTTPS" {
    before = <<-EOT
      resource "aws_lb_listener" "http" {
        for_each          = toset(var.names)
        load_balancer_arn = aws_lb.web[each.key].arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        for_each          = toset(var.names)
        load_balancer_arn = aws_lb.web[each.key].arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        for_each          = toset(var.names)
        load_balancer_arn = aws_lb.web[each.key].arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        for_each          = toset(var.names)
        load_balancer_arn = aws_lb.web[each.key].arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "another load balancer serves HTTPS" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.other.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.other.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "the load balancer itself is named" {
    params = { certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }

    address = "aws_lb.web"

    before = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_lb" "web" {
        name = "web"
      }

      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "plain rules beside HTTPS" {
    before  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener_rule" "api" {
        listener_arn = aws_lb_listener.http.arn

        action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.api.arn
        }

        condition {
          path_pattern {
            values = ["/api/*"]
          }
        }
      }
    EOT
    refused = true
  }

  example "HTTPS only with a certificate that is not given" {
    before  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type    = string
        default = ""
      }
    EOT
    refused = "only under a condition"
  }

  example "HTTPS only with a certificate that nobody gives" {
    before  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type = string
      }
    EOT
    refused = "only under a condition"
  }

  example "HTTPS only with a certificate that is given" {
    before = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type    = string
        default = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type    = string
        default = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
      }
    EOT
  }

  example "both listeners under one condition" {
    before = <<-EOT
      resource "aws_lb_listener" "http" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type = string
      }
    EOT
    after  = <<-EOT
      resource "aws_lb_listener" "http" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type = "redirect"

          redirect {
            port        = "443"
            protocol    = "HTTPS"
            status_code = "HTTP_301"
          }
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type = string
      }
    EOT
  }

  example "either listener" {
    before  = <<-EOT
      resource "aws_lb_listener" "http" {
        count             = var.certificate_arn != "" ? 0 : 1
        load_balancer_arn = aws_lb.web.arn
        port              = 80
        protocol          = "HTTP"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      resource "aws_lb_listener" "https" {
        count             = var.certificate_arn != "" ? 1 : 0
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = var.certificate_arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }

      variable "certificate_arn" {
        type = string
      }
    EOT
    refused = "only under a condition"
  }
}
