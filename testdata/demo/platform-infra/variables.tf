variable "env" {
  description = "Environment: dev, staging or prod"
  type        = string
}

variable "region" {
  description = "AWS region"
  type        = string
  default     = "us-east-1"
}

variable "backup_retention_days" {
  description = "How long backups of customer data are kept"
  type        = number
  default     = 35
}

variable "database_instance_class" {
  description = "Size of the orders database"
  type        = string
  default     = "db.t4g.medium"
}

variable "replication_role_arn" {
  description = "Role that copies backups to the second region"
  type        = string
  default     = "arn:aws:iam::123456789012:role/backup-replication"
}
