rule "aws/config/recorder-on" {
  title    = "Have AWS Config record every kind of resource"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    What the recorder leaves out, or does not record because it is stopped,
    changes without a trace: nobody can say afterwards what was open, and when.
  EOT

  references = [
    "https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",
    "https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/config_configuration_recorder_status",
  ]

  aliases {
    checkov = ["CKV2_AWS_45"]
  }

  target {
    resource = "aws_config_configuration_recorder"

    reached_from "aws_config_configuration_recorder_status" {
      argument = "name"
    }
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

  set "recording_group.all_supported" {
    value         = true
    default       = true
    create_blocks = false
  }

  # Only a status that is there: a recorder that starts needs a delivery channel first.
  companion "aws_config_configuration_recorder_status" {
    link            = "name"
    link_attributes = ["name", "id"]
    when            = linked("aws_config_configuration_recorder_status", "name")

    body {
      name       = target.name
      is_enabled = true
    }
  }

  refuse {
    when = length(resources("aws_config_delivery_channel")) == 0 && linked_resource("aws_config_configuration_recorder_status", "name").is_enabled == false
    note = "A recorder starts only where a delivery channel says which bucket it writes to, and this module declares none. Which bucket is for the organisation: declare `aws_config_delivery_channel` first."
  }

  applicability {
    level = "review"
    note  = "A list of types or of exclusions goes: look whether somebody left types out on purpose."
    cost  = "Recorded changes are billed by number."
  }

  example "stopped" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = false
      }

      resource "aws_config_delivery_channel" "main" {
        s3_bucket_name = aws_s3_bucket.config.id
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }

      resource "aws_config_delivery_channel" "main" {
        s3_bucket_name = aws_s3_bucket.config.id
      }
    EOT
  }

  example "some types only" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported  = false
          resource_types = ["AWS::EC2::Instance", "AWS::IAM::Role"]
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = true
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }
    EOT
  }

  example "all but some, and stopped" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = false # too noisy

          exclusion_by_resource_types {
            resource_types = ["AWS::EC2::NetworkInterface"]
          }

          recording_strategy {
            use_only = "EXCLUSION_BY_RESOURCE_TYPES"
          }
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = false
      }

      resource "aws_config_delivery_channel" "main" {
        s3_bucket_name = aws_s3_bucket.config.id
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = true # too noisy

          recording_strategy {
            use_only = "ALL_SUPPORTED_RESOURCE_TYPES"
          }
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }

      resource "aws_config_delivery_channel" "main" {
        s3_bucket_name = aws_s3_bucket.config.id
      }
    EOT
  }

  example "the recorder itself is named" {
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
          all_supported = true
        }
      }
    EOT
  }

  example "decided by variables" {
    before = <<-EOT
      variable "record_all" {
        default = false
      }

      variable "enabled" {
        default = false
      }

      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = var.record_all
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = var.enabled
        depends_on = [aws_config_delivery_channel.main]
      }

      resource "aws_config_delivery_channel" "main" {
        s3_bucket_name = aws_s3_bucket.config.id
      }
    EOT
    after  = <<-EOT
      variable "record_all" {
        default = true
      }

      variable "enabled" {
        default = true
      }

      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = var.record_all
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = var.enabled
        depends_on = [aws_config_delivery_channel.main]
      }

      resource "aws_config_delivery_channel" "main" {
        s3_bucket_name = aws_s3_bucket.config.id
      }
    EOT
  }

  example "only where it is wanted" {
    before = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        count    = var.config ? 1 : 0
        role_arn = aws_iam_role.config.arn
      }

      resource "aws_config_configuration_recorder_status" "main" {
        count      = var.config ? 1 : 0
        name       = aws_config_configuration_recorder.main[0].name
        is_enabled = false
      }

      resource "aws_config_delivery_channel" "main" {
        count          = var.config ? 1 : 0
        s3_bucket_name = var.bucket
      }
    EOT
    after  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        count    = var.config ? 1 : 0
        role_arn = aws_iam_role.config.arn
      }

      resource "aws_config_configuration_recorder_status" "main" {
        count      = var.config ? 1 : 0
        name       = aws_config_configuration_recorder.main[0].name
        is_enabled = true
      }

      resource "aws_config_delivery_channel" "main" {
        count          = var.config ? 1 : 0
        s3_bucket_name = var.bucket
      }
    EOT
  }

  example "stopped, and nothing says where it would write" {
    before  = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = false
      }
    EOT
    refused = true
  }

  example "callers choose the types" {
    before  = <<-EOT
      variable "record_all" {
        type = bool
      }

      resource "aws_config_configuration_recorder" "main" {
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = var.record_all
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
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }
    EOT
    unchanged = true
  }

  example "all types in writing" {
    before    = <<-EOT
      resource "aws_config_configuration_recorder" "main" {
        name     = "main"
        role_arn = aws_iam_role.config.arn

        recording_group {
          all_supported = true
        }
      }

      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }
    EOT
    unchanged = true
  }
}
