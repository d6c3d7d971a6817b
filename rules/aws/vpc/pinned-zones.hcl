rule "aws/vpc/pinned-zones" {
  title    = "Pin the availability zones that are used"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The list of zones grows when AWS adds one. Whatever is counted over it then
    moves or is replaced, in an apply that was about something else.
  EOT

  references = [
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/availability_zones",
  ]

  aliases {
    checkov = ["CKV_AWS_394"]
  }

  target {
    resource = "data.aws_availability_zones"
  }

  param "zone_names" {
    type        = "string_list"
    required    = true
    description = "Zones that may be used, by name: at least as many as the code takes."
  }

  block "filter" {
    matching = block.name == "zone-name" || block.name == "zone-id"
    body {
      name = "zone-name"
      set "values" {
        value = param.zone_names
        keep  = true
      }
    }
  }

  # With a zone of another region the list is empty, and whatever is counted over it goes away.
  refuse {
    when = try(anytrue([for zone in param.zone_names : !startswith(zone, region())]), false)
    note = "The zones that may be used lie in another region than the one this configuration works in. Give `zone_names` of this region, for instance in a policy of the repository."
  }

  applicability {
    level = "review"
    note  = "Zones that are left out are no longer used; look at the plan for subnets that move. Code that takes more zones than are given, with `slice(…names, 0, 3)` or `names[2]`, fails at the next plan: `zone_names` must have as many as it takes."
  }

  example "all that are there" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before = <<-EOT
      data "aws_availability_zones" "main" {
        state = "available"
      }
    EOT
    after  = <<-EOT
      data "aws_availability_zones" "main" {
        state = "available"

        filter {
          name   = "zone-name"
          values = ["eu-west-1a", "eu-west-1b"]
        }
      }
    EOT
  }

  example "nobody has named the zones" {
    before  = <<-EOT
      data "aws_availability_zones" "main" {
        state = "available"
      }
    EOT
    refused = true
  }

  example "pinned by id" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before = <<-EOT
      data "aws_availability_zones" "main" {
        filter {
          name   = "opt-in-status"
          values = ["opt-in-not-required"]
        }
      }
    EOT
    after  = <<-EOT
      data "aws_availability_zones" "main" {
        filter {
          name   = "opt-in-status"
          values = ["opt-in-not-required"]
        }

        filter {
          name   = "zone-name"
          values = ["eu-west-1a", "eu-west-1b"]
        }
      }
    EOT
  }

  example "pinned already" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before    = <<-EOT
      data "aws_availability_zones" "main" {
        filter {
          name   = "zone-name"
          values = ["eu-west-1a"]
        }
      }
    EOT
    unchanged = true
  }

  example "zones of another region" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before  = <<-EOT
      provider "aws" {
        region = "us-east-1"
      }

      data "aws_availability_zones" "main" {
      }
    EOT
    refused = "another region"
  }

  example "zones of the region that is worked in" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before = <<-EOT
      provider "aws" {
        region = "eu-west-1"
      }

      data "aws_availability_zones" "main" {
      }
    EOT
    after  = <<-EOT
      provider "aws" {
        region = "eu-west-1"
      }

      data "aws_availability_zones" "main" {
        filter {
          name   = "zone-name"
          values = ["eu-west-1a", "eu-west-1b"]
        }
      }
    EOT
  }

  example "in a module whose callers work in another region" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before  = <<-EOT
      data "aws_availability_zones" "main" {
      }
    EOT

    file "live/main.tf" {
      before = <<-EOT
        provider "aws" {
          region = "us-east-1"
        }

        module "network" {
          source = "../"
        }
      EOT
    }

    refused = "another region"
  }

  example "with a provider of its own" {
    params = { zone_names = ["eu-west-1a", "eu-west-1b"] }

    before = <<-EOT
      provider "aws" {
        region = "us-east-1"
      }

      provider "aws" {
        alias  = "ireland"
        region = "eu-west-1"
      }

      data "aws_availability_zones" "main" {
        provider = aws.ireland
      }
    EOT
    after  = <<-EOT
      provider "aws" {
        region = "us-east-1"
      }

      provider "aws" {
        alias  = "ireland"
        region = "eu-west-1"
      }

      data "aws_availability_zones" "main" {
        provider = aws.ireland

        filter {
          name   = "zone-name"
          values = ["eu-west-1a", "eu-west-1b"]
        }
      }
    EOT
  }
}
