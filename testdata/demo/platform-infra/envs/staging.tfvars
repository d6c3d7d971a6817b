env                     = "staging"
backup_retention_days   = 14
database_instance_class = "db.t4g.medium"
