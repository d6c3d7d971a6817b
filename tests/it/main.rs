//! The integration tests: one binary, so that it links once.

mod databases;
mod store_jobs;
