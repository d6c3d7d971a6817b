rule "aws/elb/listener-tls" {
  title    = "Serve TLS 1.2 or later with strong ciphers"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without a policy the load balancer takes the one of 2016, which accepts TLS
    1.0 and ciphers that are known to be weak.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_listener",
  ]

  aliases {
    checkov      = ["CKV_AWS_103", "CKV2_AWS_74"]
    trivy        = ["AWS-0047"]
    tfsec        = ["aws-elb-use-secure-tls-policy"]
    security_hub = ["ELB.17"]
  }

  target {
    resource = ["aws_lb_listener", "aws_alb_listener"]
  }

  set "ssl_policy" {
    value  = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    one_of = ["ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04", "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04", "ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-FS-1-2-2019-08", "ELBSecurityPolicy-FS-1-2-Res-2019-08", "ELBSecurityPolicy-FS-1-2-Res-2020-10"]
    when   = contains(["HTTPS", "TLS"], target.protocol)
  }

  set "ssl_policy" {
    value = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    when  = target.protocol == "HTTP" && target.default_action.type != "redirect"
  }

  refuse {
    when = target.protocol == "HTTP"
    note = "The listener speaks plain HTTP, or may, which no TLS policy can mend. Serve HTTPS with a certificate, or redirect to a listener that does."
  }

  applicability {
    level = "review"
    note  = "Clients that know only TLS 1.0 or 1.1 can no longer connect."
  }

  example "the policy of 2016" {
    before = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        ssl_policy        = "ELBSecurityPolicy-2016-08"
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
        port              = 443
        protocol          = "HTTPS"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
        certificate_arn   = aws_acm_certificate.web.arn

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "no policy" {
    before = <<-EOT
      resource "aws_lb_listener" "web" {
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
        port              = 443
        protocol          = "HTTPS"
        certificate_arn   = aws_acm_certificate.web.arn
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

        default_action {
          type             = "forward"
          target_group_arn = aws_lb_target_group.web.arn
        }
      }
    EOT
  }

  example "plain HTTP" {
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

  example "a redirect" {
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

  example "TLS 1.3 only" {
    before    = <<-EOT
      resource "aws_lb_listener" "web" {
        load_balancer_arn = aws_lb.web.arn
        port              = 443
        protocol          = "HTTPS"
        ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
        certificate_arn   = aws_acm_certificate.web.arn
      }
    EOT
    unchanged = true
  }
}
