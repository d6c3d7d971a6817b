rule "aws/cloudfront/default-root-object" {
  title    = "Name the default root object of a distribution"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    Without one a request for the root goes to the origin, which may answer with
    the list of everything it holds.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudfront_distribution",
  ]

  aliases {
    checkov      = ["CKV_AWS_305"]
    security_hub = ["CloudFront.1"]
    prowler      = ["cloudfront_distributions_default_root_object"]
  }

  target {
    resource = "aws_cloudfront_distribution"
  }

  param "default_root_object" {
    type        = "string"
    required    = true
    description = "Object that is returned for the root, e.g. index.html. Only the owner of the site knows."
  }

  set "default_root_object" {
    value   = param.default_root_object
    present = true
  }

  module "terraform-aws-modules/cloudfront/aws" {
    version = ">= 2.0, < 5.0"

    set "default_root_object" {
      value   = param.default_root_object
      present = true
    }
  }

  applicability {
    level = "review"
    note  = "A request for the root is answered with that object from the next apply on."
  }

  example "default root object not mentioned" {
    params = { default_root_object = "index.html" }

    before = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
      }
    EOT
    after  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled             = true
        default_root_object = "index.html"
      }
    EOT
  }

  example "already right" {
    params = { default_root_object = "index.html" }

    before    = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled             = true
        default_root_object = "home.html"
      }
    EOT
    unchanged = true
  }

  example "nobody has given the value yet" {
    before  = <<-EOT
      resource "aws_cloudfront_distribution" "main" {
        enabled = true
      }
    EOT
    refused = true
  }

  example "the published module terraform-aws-modules/cloudfront ~> 3.0" {
    params = {
      default_root_object = "index.html"
    }

    before = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/cloudfront/aws"
        version = "~> 3.0"
      }
    EOT
    after  = <<-EOT
      module "main" {
        source  = "terraform-aws-modules/cloudfront/aws"
        version = "~> 3.0"

        default_root_object = "index.html"
      }
    EOT
  }
}
