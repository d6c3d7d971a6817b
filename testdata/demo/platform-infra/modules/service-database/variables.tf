variable "env" {
  description = "Environment"
  type        = string
}

variable "service" {
  description = "The service whose data this is"
  type        = string
}

variable "instance_class" {
  description = "Size"
  type        = string
}
