terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}

variable "env" {
  type    = string
  default = "prod"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true

  tags = {
    Name = "${var.env}-main"
  }
}

resource "aws_subnet" "private" {
  for_each = {
    a = "10.20.0.0/20"
    b = "10.20.16.0/20"
    c = "10.20.32.0/20"
  }

  vpc_id            = aws_vpc.main.id
  cidr_block        = each.value
  availability_zone = "us-east-1${each.key}"

  tags = {
    Name = "${var.env}-private-${each.key}"
  }
}

resource "aws_security_group" "web" {
  name        = "${var.env}-web"
  description = "HTTPS from the load balancer"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.20.0.0/16"]
  }
}
