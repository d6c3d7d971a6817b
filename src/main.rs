//! The `remediate` program; see `remediate --help`.

use std::process::ExitCode;

/// Reading and fixing code is many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    remediate::cli::run()
}
