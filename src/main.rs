//! The `remediate` program; see `remediate --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    remediate::cli::run()
}
