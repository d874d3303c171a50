//! Tables that the examples print, line by line.

use std::fmt::Display;
use std::io::{self, StdoutLock, Write};
use std::process::ExitCode;

/// Prints a table to standard output, or says why there is none.
pub fn show(table: impl FnOnce(&mut StdoutLock<'static>) -> Result<(), String>) -> ExitCode {
    match table(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// One line of a table.
pub fn print(out: &mut impl Write, line: impl Display) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| format!("cannot write the table: {error}"))
}
