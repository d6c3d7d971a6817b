//! The integration tests: one binary, so that it links once.

mod aws_directory;
mod bot;
mod checked_sandbox;
mod cli_records;
mod contract;
mod databases;
mod decisions;
mod floors;
mod generated;
mod git_mirrors;
mod git_server;
mod github_client;
mod github_sandbox;
mod line;
mod line_faults;
mod line_kill;
mod locating;
mod policies;
mod scripted;
mod setup;
mod store_audit;
mod store_findings;
mod store_jobs;
mod store_memory;
mod store_migrations;
mod webhooks;
