//! The integration tests: one binary, so that it links once.

mod aws_directory;
mod databases;
mod floors;
mod store_jobs;
