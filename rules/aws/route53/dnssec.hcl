rule "aws/route53/dnssec" {
  title    = "Sign a public zone"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without signatures whoever can answer in place of the name server sends
    visitors and mail wherever he likes.
  EOT

  references = [
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone",
  ]

  aliases {
    checkov = ["CKV2_AWS_38"]
  }

  target {
    resource = "aws_route53_zone"
    when     = target.vpc == null
  }

  param "dnssec_kms_key_arn" {
    type        = "expression"
    required    = true
    description = "Asymmetric KMS key (ECC_NIST_P256) in us-east-1 whose policy lets Route 53 use it: an ARN or a reference."
  }

  companion "aws_route53_key_signing_key" {
    link            = "hosted_zone_id"
    link_attributes = ["zone_id", "id"]

    body {
      hosted_zone_id = target.zone_id
      set "key_management_service_arn" {
        value = param.dnssec_kms_key_arn
        keep  = true
      }
      set "name" {
        value = resource.name
        keep  = true
      }
    }
  }

  companion "aws_route53_hosted_zone_dnssec" {
    link            = "hosted_zone_id"
    link_attributes = ["zone_id", "id"]

    body {
      hosted_zone_id = target.zone_id
    }
  }

  applicability {
    level    = "disruptive"
    note     = "The parent zone needs the DS record afterwards; a wrong or missing one makes the whole zone unreachable for resolvers that check."
    downtime = "The zone cannot be resolved if the DS record at the parent is wrong."

    runbook = <<-EOT
      1. Lower the time to live of the zone's records and of its SOA for some days.
      2. Apply, and wait until the zone is signed.
      3. Give the DS record to the parent zone or the registrar, and check with `dig +dnssec`.
      4. Watch for resolution failures for the longest time to live before anything else is changed.
    EOT
  }

  example "not signed" {
    params = { dnssec_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_hosted_zone_dnssec" "main" {
        hosted_zone_id = aws_route53_zone.main.zone_id
      }

      resource "aws_route53_key_signing_key" "main" {
        hosted_zone_id             = aws_route53_zone.main.zone_id
        key_management_service_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        name                       = "main"
      }
    EOT
  }

  example "nobody has given the key yet" {
    before  = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }
    EOT
    refused = true
  }

  example "a private zone" {
    params = { dnssec_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.internal"

        vpc {
          vpc_id = aws_vpc.main.id
        }
      }
    EOT
    unchanged = true
  }

  example "signed already" {
    params = { dnssec_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_key_signing_key" "main" {
        hosted_zone_id             = aws_route53_zone.main.zone_id
        key_management_service_arn = aws_kms_key.dnssec.arn
        name                       = "main"
      }

      resource "aws_route53_hosted_zone_dnssec" "main" {
        hosted_zone_id = aws_route53_zone.main.zone_id
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { dnssec_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_route53_zone" "main" {
        for_each = toset(var.names)
        name     = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        for_each = toset(var.names)
        name     = each.key
      }

      resource "aws_route53_hosted_zone_dnssec" "main" {
        for_each = toset(var.names)

        hosted_zone_id = aws_route53_zone.main[each.key].zone_id
      }

      resource "aws_route53_key_signing_key" "main" {
        for_each = toset(var.names)

        hosted_zone_id             = aws_route53_zone.main[each.key].zone_id
        key_management_service_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        name                       = "main"
      }
    EOT
  }
}
