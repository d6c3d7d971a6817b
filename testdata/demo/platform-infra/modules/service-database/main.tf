resource "aws_db_instance" "this" {
  identifier     = "${var.env}-${var.service}"
  engine         = "postgres"
  engine_version = "16.4"
  instance_class = var.instance_class

  allocated_storage     = 100
  max_allocated_storage = 1000
  storage_encrypted     = true
  multi_az              = var.env == "prod"

  username                    = "app"
  manage_master_user_password = true

  publicly_accessible     = false
  backup_retention_period = 14
  deletion_protection     = var.env == "prod"
  skip_final_snapshot     = var.env != "prod"

  tags = {
    team = "data-platform"
  }
}
