rule "aws/elb/listener-https" {
  title    = "Serve HTTPS instead of plain HTTP"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Over plain HTTP everybody on the way reads and changes what is sent,
    passwords and session cookies included.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_listener",
  ]

  aliases {
    checkov   = ["CKV_AWS_2"]
    trivy     = ["AWS-0054"]
    tfsec     = ["aws-elb-http-not-used"]
    kics      = ["de7f5e83-da88-4046-871f-ea18504b1d43"]
    terrascan = ["AC_AWS_0491"]
    snyk      = ["SNYK-CC-TF-47"]
  }

  target {
    resource = ["aws_lb_listener", "aws_alb_listener"]
    when     = (target.protocol == "HTTP" || target.protocol == null) && target.default_action.type != "redirect"
  }

  param "certificate_arn" {
    type        = "expression"
    required    = true
    description = "Certificate for the names that clients use: an ARN or a reference such as aws_acm_certificate.web.arn."
  }

  set "protocol" {
    value = "HTTPS"
  }

  set "port" {
    value = 443
    when  = target.port == 80
  }

  set "ssl_policy" {
    value   = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    present = true
  }

  set "certificate_arn" {
    value   = param.certificate_arn
    present = true
  }

  applicability {
    level    = "review"
    note     = "Clients must use https:// from then on; the security group must let port 443 in."
    downtime = "Links and clients with http:// fail, unless another listener redirects them."
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
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"

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
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
        certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"

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
}
