rule "aws/athena/workgroup-enforcement" {
  title    = "Let the workgroup's settings win over the client's"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A client that may override the workgroup can write its results unencrypted
    to any bucket it likes. Enforcement makes the workgroup's encryption and
    location hold.
  EOT

  references = [
    "https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/athena_workgroup",
  ]

  aliases {
    checkov = ["CKV_AWS_82"]
    trivy   = ["AWS-0007"]
    tfsec   = ["aws-athena-no-encryption-override"]
    prowler = ["athena_workgroup_enforce_configuration"]
  }

  target {
    resource = "aws_athena_workgroup"
  }

  set "configuration.enforce_workgroup_configuration" {
    value         = true
    default       = true
    create_blocks = false
  }

  applicability {
    level = "review"
    note  = "Clients that name their own result location or encryption get the workgroup's instead."
  }

  example "enforce workgroup configuration not mentioned" {
    before    = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"
      }
    EOT
    unchanged = true
  }

  example "enforce workgroup configuration wrong in writing" {
    before = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          enforce_workgroup_configuration = false # decided in 2019
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          enforce_workgroup_configuration = true # decided in 2019
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

      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          enforce_workgroup_configuration = var.setting
        }
      }
    EOT
    after  = <<-EOT
      variable "setting" {
        type    = bool
        default = true
      }

      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          enforce_workgroup_configuration = var.setting
        }
      }
    EOT
  }

  example "decided by a variable that nobody sets" {
    before  = <<-EOT
      variable "setting" {
        type = bool
      }

      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          enforce_workgroup_configuration = var.setting
        }
      }
    EOT
    refused = true
  }

  example "already right" {
    before    = <<-EOT
      resource "aws_athena_workgroup" "main" {
        name = "analytics"

        configuration {
          enforce_workgroup_configuration = true
        }
      }
    EOT
    unchanged = true
  }
}
