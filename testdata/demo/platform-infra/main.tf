module "customer_data" {
  source = "./modules/customer-data"

  env                  = var.env
  retention_days       = var.backup_retention_days
  replication_role_arn = var.replication_role_arn
  replica_bucket_arn   = "arn:aws:s3:::acme-${var.env}-second-region"
}

module "orders_database" {
  source = "./modules/service-database"

  env            = var.env
  service        = "orders"
  instance_class = var.database_instance_class
}

module "order_events" {
  source = "./modules/event-queue"

  env  = var.env
  name = "order-events"
}
