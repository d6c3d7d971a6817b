rule "aws/config/aggregate-all-regions" {
  title    = "Gather the configuration of all regions"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Things that should not be there are made in regions that nobody looks at. An
    aggregator of some regions does not see them.
  EOT

  references = [
    "https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/config_configuration_aggregator",
  ]

  aliases {
    checkov   = ["CKV_AWS_121"]
    trivy     = ["AWS-0019"]
    tfsec     = ["aws-config-aggregate-all-regions"]
    kics      = ["ac5a0bc0-a54c-45aa-90c3-15f7703b9132"]
    terrascan = ["AC_AWS_0049"]
  }

  target {
    resource = "aws_config_configuration_aggregator"
  }

  set "account_aggregation_source.all_regions" {
    value         = true
    create_blocks = false
  }

  remove "account_aggregation_source.regions" {
  }

  set "organization_aggregation_source.all_regions" {
    value         = true
    create_blocks = false
  }

  remove "organization_aggregation_source.regions" {
  }

  # Refused below: the provider wants one of the two.
  block "account_aggregation_source" {
    when = target.account_aggregation_source == null && target.organization_aggregation_source == null

    body {
      account_ids = []
      all_regions = true
    }
  }

  refuse {
    when = target.account_aggregation_source == null && target.organization_aggregation_source == null
    note = "Whether the aggregator names accounts or the organisation cannot be told from these files, and the provider wants one of them. Which is the owner's decision."
  }

  applicability {
    level = "safe"
  }

  example "one region of some accounts" {
    before = <<-EOT
      resource "aws_config_configuration_aggregator" "main" {
        name = "main"

        account_aggregation_source {
          account_ids = ["111122223333"]
          regions     = ["eu-west-1"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_aggregator" "main" {
        name = "main"

        account_aggregation_source {
          account_ids = ["111122223333"]
          all_regions = true
        }
      }
    EOT
  }

  example "one region of the organisation" {
    before = <<-EOT
      resource "aws_config_configuration_aggregator" "main" {
        name = "main"

        organization_aggregation_source {
          regions  = ["eu-west-1"]
          role_arn = aws_iam_role.config.arn
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_aggregator" "main" {
        name = "main"

        organization_aggregation_source {
          role_arn    = aws_iam_role.config.arn
          all_regions = true
        }
      }
    EOT
  }

  example "already all" {
    before    = <<-EOT
      resource "aws_config_configuration_aggregator" "main" {
        name = "main"

        account_aggregation_source {
          account_ids = ["111122223333"]
          all_regions = true
        }
      }
    EOT
    unchanged = true
  }

  example "neither accounts nor the organisation" {
    before = <<-EOT
      resource "aws_config_configuration_aggregator" "main" {
        name = "main"
      }
    EOT
    refused = true
  }
}
