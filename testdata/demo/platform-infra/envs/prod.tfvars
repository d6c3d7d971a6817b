env                     = "prod"
backup_retention_days   = 90
database_instance_class = "db.r7g.large"
