rule "aws/config/record-global-resources" {
  title    = "Record IAM and other global resources"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Users, roles and policies are global. A recorder that leaves them out cannot
    tell when somebody gave himself the administrator's rights.
  EOT

  references = [
    "https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/config_configuration_recorder",
  ]

  aliases {
    checkov = ["CKV2_AWS_48"]
  }

  target {
    resource = "aws_config_configuration_recorder"
  }

  # AWS takes neither a list of types nor exclusions together with all types.
  remove "recording_group.resource_types" {
    when = target.recording_group.all_supported == false
  }

  remove "recording_group.exclusion_by_resource_types" {
    when = target.recording_group.all_supported == false
  }

  set "recording_group.recording_strategy.use_only" {
    value         = "ALL_SUPPORTED_RESOURCE_TYPES"
    create_blocks = false
    when          = target.recording_group.all_supported == false && target.recording_group.recording_strategy.use_only != null
  }

  block "recording_group" {
    body {
      set "all_supported" {
        value = true
      }
      set "include_global_resource_types" {
        value = true
      }
    }
  }

  applicability {
    level = "review"
    note  = "In an account with recorders in several regions one of them is enough for the global resources."
    cost  = "Recorded changes are billed by number."
  }

  example "include global resource types not mentioned" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
    EOT
  }

  example "the block is there, the argument is not" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
    EOT
  }

  example "include global resource types wrong in writing" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true # decided in 2019
        }
      }
    EOT
  }

  example "decided by a variable" {
    before = <<-EOT
      variable "setting" {
        type    = bool
        default = false
      }

      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.config.arn
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        for_each = toset(var.names)
        name     = each.key
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
    EOT
  }

  example "global resources, but only some others" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = false
          include_global_resource_types = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
    EOT
  }

  example "some types by name" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported  = false
          resource_types = ["AWS::EC2::Instance"]
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
    EOT
  }

  example "all types but some" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = false

          exclusion_by_resource_types {
            resource_types = ["AWS::EC2::NetworkInterface"]
          }

          recording_strategy {
            use_only = "EXCLUSION_BY_RESOURCE_TYPES"
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported                 = true
          include_global_resource_types = true

          recording_strategy {
            use_only = "ALL_SUPPORTED_RESOURCE_TYPES"
          }
        }
      }
    EOT
  }
}
