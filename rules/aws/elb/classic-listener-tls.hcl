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
}
