variable "env" {
  description = "Environment"
  type        = string
}

variable "name" {
  description = "Name of the queue, without the environment"
  type        = string
}
