output "backup_bucket" {
  description = "Name of the bucket with the exports"
  value       = aws_s3_bucket.backups.bucket
}
