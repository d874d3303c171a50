//! The command `unanimous`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(cli::Roster::default())
}
