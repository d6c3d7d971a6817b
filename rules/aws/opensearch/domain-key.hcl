rule "aws/opensearch/domain-key" {
  title    = "Encrypt a search domain with a customer managed key"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A search domain copies the documents of other systems into its indexes. A
    customer managed key lets its owner log and end access to all of them at
    once.
  EOT

  references = [
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/features-by-version.html",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/opensearch_domain",
  ]

  aliases {
    checkov   = ["CKV_AWS_247"]
    kics      = ["7af2f4a3-00d9-47f3-8d15-ca0888f4e5b2"]
    terrascan = ["AC_AWS_0111"]
  }

  target {
    resource = ["aws_opensearch_domain", "aws_elasticsearch_domain"]
  }

  param "kms_key" {
    type        = "expression"
    required    = true
    description = "Customer managed key to encrypt with: an ARN or a reference such as aws_kms_key.main.arn."
  }

  block "encrypt_at_rest" {
    body {
      enabled = true
      set "kms_key_id" {
        value = param.kms_key
        keep  = true
      }
    }
  }

  refuse {
    when = try(resource.type == "aws_elasticsearch_domain" && (target.elasticsearch_version == null || matches(tostring(target.elasticsearch_version), "^([1-4]|5[.]0)([.]|$)")) || resource.type == "aws_opensearch_domain" && matches(target.engine_version, "^Elasticsearch_([1-4]|5[.]0)([.]|$)"), false)
    note = "Elasticsearch before 5.1 cannot encrypt its data at rest. Upgrade the domain first. Without `elasticsearch_version` the domain is made with 1.5."
  }

  refuse {
    when = try(target.cluster_config != null && target.cluster_config.instance_type == null, false) || try(matches(target.cluster_config.instance_type, "^(t2|m3|r3)[.]"), false)
    note = "t2, m3 and r3 instances cannot encrypt their data at rest. Choose a newer type first; without `instance_type` the provider takes m3.medium."
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform will plan to replace the domain; its indexes are gone unless they are restored from a snapshot."
    replacement = true
    data_loss   = true
    downtime    = "Until the new domain is there and the indexes are restored."

    runbook = <<-EOT
      1. Register a snapshot repository in S3 and take a manual snapshot of all indexes.
      2. Agree on a window; stop writers.
      3. Apply, restore the snapshot into the new domain, compare document counts.
      4. Point clients to the new endpoint and start the writers.
    EOT
  }

  example "key not mentioned" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
          enabled    = true
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
          enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
          enabled    = true
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "already right" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before    = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"

        encrypt_at_rest {
          enabled    = true
          kms_key_id = aws_kms_key.other.arn
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_opensearch_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key
      }
    EOT
    after  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        for_each    = toset(var.names)
        domain_name = each.key

        encrypt_at_rest {
          enabled    = true
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_opensearch_domain" "main" {
        domain_name = "main"
      }
    EOT
    refused = true
  }

  example "no version, which means 1.5" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name = "search"
      }
    EOT
    refused = "before 5.1"
  }

  example "an old engine in the newer resource" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "Elasticsearch_2.3"
      }
    EOT
    refused = "before 5.1"
  }

  example "a version that callers choose" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = var.search_version
      }
    EOT
    after  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = var.search_version

        encrypt_at_rest {
          enabled    = true
          kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        }
      }
    EOT
  }

  example "instances that cannot encrypt" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_elasticsearch_domain" "search" {
        domain_name           = "search"
        elasticsearch_version = "7.10"

        cluster_config {
          instance_type = "t2.small.elasticsearch"
        }
      }
    EOT
    refused = "t2, m3 and r3"
  }

  example "no type of instance, which means m3.medium" {
    params = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }

    before  = <<-EOT
      resource "aws_opensearch_domain" "search" {
        domain_name    = "search"
        engine_version = "OpenSearch_1.3"

        cluster_config {
          instance_count = 2
        }
      }
    EOT
    refused = "t2, m3 and r3"
  }
}
