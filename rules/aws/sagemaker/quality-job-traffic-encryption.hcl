rule "aws/sagemaker/quality-job-traffic-encryption" {
  title    = "Encrypt the traffic between the instances of a data quality job"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Instances of one job pass data to each other in the clear unless told
    otherwise.
  EOT

  references = [
    "https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sagemaker_data_quality_job_definition",
  ]

  aliases {
    checkov      = ["CKV_AWS_369"]
    security_hub = ["SageMaker.9"]
  }

  target {
    resource = "aws_sagemaker_data_quality_job_definition"
  }

  set "network_config.enable_inter_container_traffic_encryption" {
    value   = true
    default = false
  }

  applicability {
    level       = "disruptive"
    note        = "Terraform replaces the job definition; running schedules take the new one."
    replacement = true
  }

  example "enable inter container traffic encryption not mentioned" {
    before = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = true
        }
      }
    EOT
  }

  example "enable inter container traffic encryption wrong in writing" {
    before = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = true # decided in 2019
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

      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = true
        }
      }
    EOT
    unchanged = true
  }

  example "one for each name" {
    before = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        for_each = toset(var.names)
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_sagemaker_data_quality_job_definition" "main" {
        for_each = toset(var.names)
        role_arn = var.role_arn

        data_quality_app_specification {
          image_uri = var.image_uri
        }

        data_quality_job_input {

        }

        data_quality_job_output_config {
          monitoring_outputs {
            s3_output {
              s3_uri = var.s3_uri
            }
          }
        }

        job_resources {
          cluster_config {
            instance_count    = var.instance_count
            instance_type     = var.instance_type
            volume_size_in_gb = var.volume_size_in_gb
          }
        }

        network_config {
          enable_inter_container_traffic_encryption = true
        }
      }
    EOT
  }
}
