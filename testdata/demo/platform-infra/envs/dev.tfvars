env                     = "dev"
backup_retention_days   = 7
database_instance_class = "db.t4g.small"
