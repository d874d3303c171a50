//! The command `unanimous` with an engine of its own. `engines/YOUR_ENGINE.md` tells what to do with it.

mod mine;

use cli::{Extra, Roster};
use std::process::ExitCode;

/// Engines beside those of the registry, each chosen by its name.
const ENGINES: &[Extra] =
    &[Extra { name: "mine", about: "the example: runs what it knows and leaves the rest", make: mine::engine }];

fn main() -> ExitCode {
    cli::main(Roster::with(ENGINES))
}
