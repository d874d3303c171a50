//! Exit codes, and failures that end a command early.

use crate::output::shown;
use std::fmt;
use std::io::{self, Write};

/// The exit codes of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was as expected.
    Ok = 0,
    /// An engine differs from what is expected, or from another engine; a bound or a floor of the gate is broken.
    Differs = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A file cannot be read or written, or a name is not known.
    BadInput = 3,
    /// Nothing can be concluded: a limit of memory or time, an interruption, or nothing to test.
    Inconclusive = 4,
    /// The harness or an engine broke, or an engine hung in a campaign.
    Internal = 5,
}

/// The exit codes as `--help` shows them.
pub(crate) const HELP: &str = "\
Exit codes:
  0  everything was as expected
  1  an engine differs from what is expected, or from another engine; a bound or a floor of the gate is broken
  2  the command line is wrong
  3  a file cannot be read or written, or a name is not known
  4  nothing can be concluded: a limit of memory or time, an interruption, or nothing to test
  5  the harness or an engine broke, or an engine hung in a campaign";

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    /// The code to exit with.
    pub exit: Exit,
    /// What to tell. Empty if there is nobody to tell, as when a pipe was closed.
    pub message: String,
}

impl Failure {
    /// A failure with this message; what it quotes of files is made safe to show.
    pub fn new(exit: Exit, message: impl fmt::Display) -> Failure {
        Failure { exit, message: shown(&message.to_string()).into_owned() }
    }

    /// The same failure, saying where it happened.
    pub fn at(mut self, place: &str) -> Failure {
        self.message = self.message.replacen("error: ", &format!("error: {}: ", shown(place)), 1);
        self
    }

    /// Tells what happened on standard error.
    pub fn report(self) -> Exit {
        if !self.message.is_empty() {
            // Nothing can be done about a standard error that is closed.
            let _ = writeln!(anstream::stderr(), "{}", self.message);
        }
        self.exit
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            // Who reads our output has seen enough.
            io::ErrorKind::BrokenPipe => Failure::new(Exit::Ok, ""),
            _ => Failure::new(Exit::Internal, format_args!("error: cannot write the output: {error}")),
        }
    }
}

impl From<api::EngineError> for Failure {
    fn from(error: api::EngineError) -> Failure {
        use api::EngineError::*;
        let exit = match error {
            Unsupported(_) | Limit(_) | Stopped => Exit::Inconclusive,
            Crash(_) | Internal(_) => Exit::Internal,
        };
        Failure::new(exit, format_args!("error: {error}"))
    }
}
