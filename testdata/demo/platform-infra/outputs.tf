output "backup_bucket" {
  description = "Where the nightly exports go"
  value       = module.customer_data.backup_bucket
}
