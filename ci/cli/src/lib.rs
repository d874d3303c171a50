//! The command line: what CI runs is what a person runs.
//!
//! Every command is a function from its arguments to text on an output and an exit code. The last line of plain
//! output is the summary. Errors go to standard error and say what, where and what to do next.

mod args;
mod code;
pub mod conform;
mod corpus;
mod crew;
mod diff;
mod exit;
mod fuzz;
mod gate;
mod list;
mod outcome;
mod render;
mod replay;
mod run;
mod source;
mod sweep;
mod trace;

pub use exit::{Exit, Failure};

use args::{Command, Options};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command that the arguments of the process name.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    let result = dispatch(options.command, &mut out).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    let exit = result.unwrap_or_else(|failure| failure.report());
    ExitCode::from(exit as u8)
}

fn dispatch(command: Command, out: &mut dyn Write) -> Result<Exit, Failure> {
    match command {
        Command::Gate(args) => gate::gate(&args, out),
        Command::Run(args) => run::run(&args, out),
        Command::Fuzz(args) => fuzz::fuzz(&args, out),
        Command::Generate(args) => fuzz::generate(&args, out),
        Command::Diff(args) => diff::diff(&args, out),
        Command::Sweep(args) => sweep::sweep(&args, out),
        Command::Reduce(args) => diff::reduce(&args, out),
        Command::Replay(args) => replay::replay(&args, out),
        Command::Trace(args) => trace::trace(&args, out),
        Command::Conform(args) => conform::command(&args, out),
        Command::Disasm(args) => code::disasm(&args, out),
        Command::Asm(args) => code::asm(&args, out),
        Command::Convert(args) => run::convert(&args, out),
        Command::Engines(args) => list::engines(&args, out),
        Command::Completions(args) => list::completions(&args, out),
    }
}
