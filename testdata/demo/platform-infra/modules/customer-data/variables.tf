variable "env" {
  description = "Environment"
  type        = string
}

variable "retention_days" {
  description = "How long exports are kept"
  type        = number
}

variable "replication_role_arn" {
  description = "Role that copies the exports to the second region"
  type        = string
}

variable "replica_bucket_arn" {
  description = "Bucket in the second region"
  type        = string
}
