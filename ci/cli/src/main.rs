//! The command `unanimous`.

use std::process::ExitCode;

/// Campaigns make and drop many small values on every core, which this allocator does not mind.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main(cli::Roster::default())
}
