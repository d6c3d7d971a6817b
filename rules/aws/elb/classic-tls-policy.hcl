rule "aws/elb/classic-tls-policy" {
  title    = "Let a classic load balancer speak TLS 1.2 only"
  severity = "high"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    SSL 3, TLS 1.0 and TLS 1.1 have known holes; no current client needs them.
  EOT

  references = [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/load_balancer_policy",
  ]

  aliases {
    checkov   = ["CKV_AWS_213"]
    kics      = ["126c1788-23c2-4a10-906c-ef179f4f96ec"]
    terrascan = ["AC_AWS_0172"]
  }

  target {
    resource = "aws_load_balancer_policy"
    when     = target.policy_type_name == "SSLNegotiationPolicyType" || target.policy_type_name == null
  }

  set "policy_attribute[*].value" {
    value = false
    when  = contains(["Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1"], block.name)
  }

  set "policy_attribute[*].value" {
    value  = "ELBSecurityPolicy-TLS-1-2-2017-01"
    one_of = ["ELBSecurityPolicy-TLS-1-2-2017-01"]
    when   = block.name == "Reference-Security-Policy"
  }

  applicability {
    level     = "review"
    behaviour = "Clients that know no more than TLS 1.1 are refused."
  }

  example "old protocols" {
    before = <<-EOT
      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Protocol-TLSv1"
          value = true
        }

        policy_attribute {
          name  = "Protocol-TLSv1.2"
          value = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Protocol-TLSv1"
          value = false
        }

        policy_attribute {
          name  = "Protocol-TLSv1.2"
          value = true
        }
      }
    EOT
  }

  example "an old predefined policy" {
    before = <<-EOT
      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Reference-Security-Policy"
          value = "ELBSecurityPolicy-2016-08" # default
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Reference-Security-Policy"
          value = "ELBSecurityPolicy-TLS-1-2-2017-01" # default
        }
      }
    EOT
  }

  example "already right" {
    before   = <<-EOT
      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Reference-Security-Policy"
          value = "ELBSecurityPolicy-TLS-1-2-2017-01"
        }
      }
    EOT
    unchanged = true
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "old_clients" {
        type    = bool
        default = true
      }

      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Protocol-TLSv1.1"
          value = var.old_clients
        }
      }
    EOT
    after  = <<-EOT
      variable "old_clients" {
        type    = bool
        default = false
      }

      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Protocol-TLSv1.1"
          value = var.old_clients
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before = <<-EOT
      variable "old_clients" {
        type = bool
      }

      resource "aws_load_balancer_policy" "tls" {
        load_balancer_name = aws_elb.web.name
        policy_name        = "tls"
        policy_type_name   = "SSLNegotiationPolicyType"

        policy_attribute {
          name  = "Protocol-TLSv1.1"
          value = var.old_clients
        }
      }
    EOT
    refused = true
  }
}
