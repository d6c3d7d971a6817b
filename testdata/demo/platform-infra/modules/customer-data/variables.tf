variable "env" {
  description = "Environment"
  type        = string
}

variable "retention_days" {
  description = "How long exports are kept"
  type        = number
}
