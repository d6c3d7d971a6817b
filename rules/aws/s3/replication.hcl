rule "aws/s3/replication" {
  title    = "Copy a bucket's objects to another region"
  severity = "low"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    A region that fails or an account that is lost takes the only copy along. A
    copy elsewhere, in another account best, survives both.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
  ]

  aliases {
    checkov      = ["CKV_AWS_144"]
    security_hub = ["S3.7"]
    prowler      = ["s3_bucket_cross_region_replication"]
  }

  target {
    resource = "aws_s3_bucket"

    reached_from "aws_s3_bucket_replication_configuration" {
      argument = "bucket"
    }
  }

  param "replica_bucket_arn" {
    type        = "expression"
    required    = true
    description = "Versioned bucket in the other region that takes the copies: an ARN or a reference."
  }
  param "replication_role_arn" {
    type        = "expression"
    required    = true
    description = "Role that S3 assumes to copy: an ARN or a reference."
  }

  # S3 refuses to copy from a bucket that keeps no versions.
  companion "aws_s3_bucket_versioning" {
    link = "bucket"
    when = !linked("aws_s3_bucket_replication_configuration", "bucket") && target.versioning.enabled != true

    body {
      bucket = target.id

      versioning_configuration {
        status = "Enabled"
      }
    }

    inline {
      version = "< 4.0"

      set "versioning.enabled" {
        value   = true
        default = false
      }
    }
  }

  companion "aws_s3_bucket_replication_configuration" {
    link = "bucket"

    body {
      bucket = target.id
      set "role" {
        value = param.replication_role_arn
        keep  = true
      }
      # The block as a whole: `depends_on` takes no instance of one.
      set "depends_on" {
        value = [linked_resource("aws_s3_bucket_versioning", "bucket").reference]
        keep  = true
        when  = linked("aws_s3_bucket_versioning", "bucket") && !linked("aws_s3_bucket_replication_configuration", "bucket")
      }

      rule {
        set "id" {
          value = "all"
          keep  = true
          when  = !linked("aws_s3_bucket_replication_configuration", "bucket")
        }
        status = "Enabled"

        destination {
          set "bucket" {
            value = param.replica_bucket_arn
            keep  = true
          }
        }
      }
    }
  }

  applicability {
    level = "review"
    note  = "The other bucket must be versioned, too; objects that exist are not copied by this alone."
    cost  = "Storage in the second region, traffic between the two, and old versions are billed."
  }

  example "no copies" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket     = aws_s3_bucket.data.id
        role       = "arn:aws:iam::111122223333:role/replication"
        depends_on = [aws_s3_bucket_versioning.data]

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
  }

  example "nobody has said where to" {
    before  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    refused = true
  }

  example "copying switched off" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket = aws_s3_bucket.data.id
        role   = aws_iam_role.replication.arn

        rule {
          status = "Disabled"

          destination {
            bucket = aws_s3_bucket.replica.arn
          }
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket = aws_s3_bucket.data.id
        role   = aws_iam_role.replication.arn

        rule {
          status = "Enabled"

          destination {
            bucket = aws_s3_bucket.replica.arn
          }
        }
      }
    EOT
  }

  example "already copied" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before    = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket = aws_s3_bucket.data.id
        role   = aws_iam_role.replication.arn

        rule {
          status = "Enabled"

          destination {
            bucket = aws_s3_bucket.replica.arn
          }
        }
      }
    EOT
    unchanged = true
  }

  example "one bucket per tenant" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        for_each = toset(var.tenants)
        bucket   = "acme-${each.key}"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        for_each = toset(var.tenants)

        bucket     = aws_s3_bucket.data[each.key].id
        role       = "arn:aws:iam::111122223333:role/replication"
        depends_on = [aws_s3_bucket_versioning.data]

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }

      resource "aws_s3_bucket_versioning" "data" {
        for_each = toset(var.tenants)

        bucket = aws_s3_bucket.data[each.key].id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
  }

  example "versions that are kept already" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket     = aws_s3_bucket.data.id
        role       = "arn:aws:iam::111122223333:role/replication"
        depends_on = [aws_s3_bucket_versioning.data]

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
  }

  example "versions that were suspended" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Suspended"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket     = aws_s3_bucket.data.id
        role       = "arn:aws:iam::111122223333:role/replication"
        depends_on = [aws_s3_bucket_versioning.data]

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }

      resource "aws_s3_bucket_versioning" "data" {
        bucket = aws_s3_bucket.data.id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
  }

  example "versions kept inside the bucket" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        versioning {
          enabled = true
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        versioning {
          enabled = true
        }
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket = aws_s3_bucket.data.id
        role   = "arn:aws:iam::111122223333:role/replication"

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }
    EOT
  }

  example "an older provider" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 3.75"
          }
        }
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"
      }
    EOT
    after  = <<-EOT
      terraform {
        required_providers {
          aws = {
            source  = "hashicorp/aws"
            version = "~> 3.75"
          }
        }
      }

      resource "aws_s3_bucket" "data" {
        bucket = "acme-data"

        versioning {
          enabled = true
        }
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        bucket = aws_s3_bucket.data.id
        role   = "arn:aws:iam::111122223333:role/replication"

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }
    EOT
  }

  example "versions kept by a block of another name" {
    params = { replica_bucket_arn = "arn:aws:s3:::acme-data-replica", replication_role_arn = "arn:aws:iam::111122223333:role/replication" }

    before = <<-EOT
      resource "aws_s3_bucket" "data" {
        count  = 2
        bucket = "acme-data-${count.index}"
      }

      resource "aws_s3_bucket_versioning" "history" {
        count  = 2
        bucket = aws_s3_bucket.data[count.index].id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "data" {
        count  = 2
        bucket = "acme-data-${count.index}"
      }

      resource "aws_s3_bucket_replication_configuration" "data" {
        count = 2

        bucket     = aws_s3_bucket.data[count.index].id
        role       = "arn:aws:iam::111122223333:role/replication"
        depends_on = [aws_s3_bucket_versioning.history]

        rule {
          id     = "all"
          status = "Enabled"

          destination {
            bucket = "arn:aws:s3:::acme-data-replica"
          }
        }
      }

      resource "aws_s3_bucket_versioning" "history" {
        count  = 2
        bucket = aws_s3_bucket.data[count.index].id

        versioning_configuration {
          status = "Enabled"
        }
      }
    EOT
  }
}
