//! The integration tests: one binary, so that it links once.

mod aws_directory;
mod databases;
mod floors;
mod store_audit;
mod store_findings;
mod store_jobs;
mod store_memory;
mod store_migrations;
