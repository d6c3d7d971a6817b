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
    default     = null
    description = "Asymmetric KMS key (ECC_NIST_P256) in us-east-1 whose policy lets Route 53 use it: an ARN or a reference. Null means a key of its own, written beside the zone."
  }

  # Route 53 takes keys of us-east-1 only; from version 6 on a resource can say its region.
  companion "aws_kms_key" {
    link            = "description"
    link_attributes = ["zone_id"]
    name            = format("%s_dnssec", resource.name)
    when            = param.dnssec_kms_key_arn == null && !linked("aws_route53_key_signing_key", "hosted_zone_id")

    body {
      customer_master_key_spec = "ECC_NIST_P256"
      description              = format("Signs the zone %s.", target.zone_id)
      key_usage                = "SIGN_VERIFY"
      region                   = "us-east-1"
    }
  }

  companion "aws_kms_key_policy" {
    link            = "key_id"
    link_to         = "aws_kms_key"
    link_attributes = ["key_id", "id"]
    name            = format("%s_dnssec", resource.name)
    when            = param.dnssec_kms_key_arn == null && !linked("aws_route53_key_signing_key", "hosted_zone_id")

    body {
      region = "us-east-1"

      set "policy" {
        value = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Action    = "kms:*"
              Principal = { AWS = split(":", companion("aws_kms_key").arn)[4] }
              Resource  = "*"
            },
            {
              Effect    = "Allow"
              Action    = ["kms:CreateGrant", "kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
              Principal = { Service = "dnssec-route53.amazonaws.com" }
              Resource  = "*"
            },
          ]
        })
        keep = true
      }
    }
  }

  companion "aws_route53_key_signing_key" {
    link            = "hosted_zone_id"
    link_attributes = ["zone_id", "id"]

    body {
      hosted_zone_id = target.zone_id
      set "key_management_service_arn" {
        value = param.dnssec_kms_key_arn != null ? param.dnssec_kms_key_arn : companion("aws_kms_key").arn
        keep  = true
      }
      set "name" {
        value = resource.name
        keep  = true
      }
    }
  }

  # It hangs on the key and not on the zone: Route 53 refuses to sign before there is a key.
  companion "aws_route53_hosted_zone_dnssec" {
    link            = "hosted_zone_id"
    link_to         = "aws_route53_key_signing_key"
    link_attributes = ["hosted_zone_id"]
    when            = !linked("aws_route53_hosted_zone_dnssec", "hosted_zone_id")
  }

  companion "aws_route53_hosted_zone_dnssec" {
    link            = "hosted_zone_id"
    link_attributes = ["zone_id", "id"]
    when            = linked("aws_route53_key_signing_key", "hosted_zone_id") && length(resources("aws_route53_hosted_zone_dnssec")) == 0

    body {
      hosted_zone_id = target.zone_id
    }
  }

  refuse {
    when = param.dnssec_kms_key_arn == null && !provider_at_least("6.0")
    note = "The key must stand in us-east-1, which a resource can say from version 6.0 of the provider on, and this module is not known to use that. Give one with `dnssec_kms_key_arn`."
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
        hosted_zone_id = aws_route53_key_signing_key.main.hosted_zone_id
      }

      resource "aws_route53_key_signing_key" "main" {
        hosted_zone_id             = aws_route53_zone.main.zone_id
        key_management_service_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        name                       = "main"
      }
    EOT
  }

  example "a key of its own" {
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
        hosted_zone_id = aws_route53_key_signing_key.main.hosted_zone_id
      }

      resource "aws_route53_key_signing_key" "main" {
        hosted_zone_id             = aws_route53_zone.main.zone_id
        key_management_service_arn = aws_kms_key.main_dnssec.arn
        name                       = "main"
      }

      resource "aws_kms_key_policy" "main_dnssec" {
        key_id = aws_kms_key.main_dnssec.key_id

        region = "us-east-1"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Action    = "kms:*"
              Principal = { AWS = split(":", aws_kms_key.main_dnssec.arn)[4] }
              Resource  = "*"
            },
            {
              Effect    = "Allow"
              Action    = ["kms:CreateGrant", "kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
              Principal = { Service = "dnssec-route53.amazonaws.com" }
              Resource  = "*"
            },
          ]
        })
      }

      resource "aws_kms_key" "main_dnssec" {
        customer_master_key_spec = "ECC_NIST_P256"
        description              = "Signs the zone ${aws_route53_zone.main.zone_id}."
        key_usage                = "SIGN_VERIFY"
        region                   = "us-east-1"
      }
    EOT
  }

  example "a key of its own for each name" {
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

        hosted_zone_id = aws_route53_key_signing_key.main[each.key].hosted_zone_id
      }

      resource "aws_route53_key_signing_key" "main" {
        for_each = toset(var.names)

        hosted_zone_id             = aws_route53_zone.main[each.key].zone_id
        key_management_service_arn = aws_kms_key.main_dnssec[each.key].arn
        name                       = "main"
      }

      resource "aws_kms_key_policy" "main_dnssec" {
        for_each = toset(var.names)

        key_id = aws_kms_key.main_dnssec[each.key].key_id

        region = "us-east-1"

        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            {
              Effect    = "Allow"
              Action    = "kms:*"
              Principal = { AWS = split(":", aws_kms_key.main_dnssec[each.key].arn)[4] }
              Resource  = "*"
            },
            {
              Effect    = "Allow"
              Action    = ["kms:CreateGrant", "kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
              Principal = { Service = "dnssec-route53.amazonaws.com" }
              Resource  = "*"
            },
          ]
        })
      }

      resource "aws_kms_key" "main_dnssec" {
        for_each = toset(var.names)

        customer_master_key_spec = "ECC_NIST_P256"
        description              = "Signs the zone ${aws_route53_zone.main[each.key].zone_id}."
        key_usage                = "SIGN_VERIFY"
        region                   = "us-east-1"
      }
    EOT
  }

  example "an older provider, and no key is given" {
    before = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 5.0"
          }
        }
      }

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

        hosted_zone_id = aws_route53_key_signing_key.main[each.key].hosted_zone_id
      }

      resource "aws_route53_key_signing_key" "main" {
        for_each = toset(var.names)

        hosted_zone_id             = aws_route53_zone.main[each.key].zone_id
        key_management_service_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        name                       = "main"
      }
    EOT
  }

  example "a key, and nothing that signs" {
    params = { dnssec_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_key_signing_key" "zone" {
        hosted_zone_id             = aws_route53_zone.main.zone_id
        key_management_service_arn = aws_kms_key.dnssec.arn
        name                       = "zone"
      }
    EOT
    after  = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_hosted_zone_dnssec" "main" {
        hosted_zone_id = aws_route53_zone.main.zone_id
      }

      resource "aws_route53_key_signing_key" "zone" {
        hosted_zone_id             = aws_route53_zone.main.zone_id
        key_management_service_arn = aws_kms_key.dnssec.arn
        name                       = "zone"
      }
    EOT
  }

  example "signed already, through the key" {
    params = { dnssec_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_route53_zone" "main" {
        name = "acme.example"
      }

      resource "aws_route53_key_signing_key" "zone" {
        hosted_zone_id             = aws_route53_zone.main.id
        key_management_service_arn = aws_kms_key.dnssec.arn
        name                       = "zone"
      }

      resource "aws_route53_hosted_zone_dnssec" "zone" {
        hosted_zone_id = aws_route53_key_signing_key.zone.hosted_zone_id
      }
    EOT
    unchanged = true
  }
}
