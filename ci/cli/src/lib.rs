//! The command line: what CI runs is what a person runs.
//!
//! Every command is a function from its arguments to text on an output and an exit code. The last line of plain
//! output is the summary. Errors go to standard error and say what, where and what to do next.

mod ahead;
mod args;
mod artifact;
mod blame;
mod code;
pub mod conform;
mod crew;
mod diff;
mod exit;
mod fuzz;
mod gate;
mod guard;
mod known;
mod list;
mod native;
mod outcome;
mod output;
mod perf;
mod receipt;
mod render;
mod replay;
mod roster;
mod run;
mod source;
mod sweep;
mod trace;
mod zoo;

pub use exit::{Exit, Failure};
pub use roster::{Extra, Kin, Like, Roster};

use args::{Command, Options};
use clap::Parser;
use output::{Output, Shown, Unread};
use std::io::Write;
use std::process::ExitCode;

/// Runs the command that the arguments of the process name, on the engines of the roster.
pub fn main(roster: Roster) -> ExitCode {
    let options = Options::parse();
    let result = dispatch(options.command, roster).and_then(|exit| {
        Unread(Output).flush()?;
        Ok(exit)
    });
    let exit = result.unwrap_or_else(|failure| {
        // What was written before the failure is part of the answer.
        let _ = Output.flush();
        failure.report()
    });
    ExitCode::from(exit as u8)
}

fn dispatch(command: Command, roster: Roster) -> Result<Exit, Failure> {
    // What is written for files is exact; what is written for people is safe to show.
    let (exact, shown) = (&mut Output, &mut Shown(Unread(Output)));
    match command {
        Command::Gate(args) => gate::gate(&args, roster, shown),
        Command::Run(args) => perf::around(&args.perf, || run::run(&args, roster, shown)),
        Command::Fuzz(args) => perf::around(&args.perf, || fuzz::fuzz(&args, roster, shown)),
        Command::Merge(args) => fuzz::merge(&args, shown),
        Command::Verify(args) => receipt::verify(&args, roster, shown),
        Command::Generate(args) => fuzz::generate(&args, exact),
        Command::Diff(args) => diff::diff(&args, roster, shown),
        Command::Sweep(args) => sweep::sweep(&args, roster, shown),
        Command::Reduce(args) => diff::reduce(&args, roster, exact),
        Command::Replay(args) => replay::replay(&args, roster, shown),
        Command::Trace(args) => trace::trace(&args, roster, &mut Shown(Output)),
        Command::Conform(args) => conform::command(&args, roster, shown),
        Command::Disasm(args) => code::disasm(&args, exact),
        Command::Asm(args) => code::asm(&args, exact),
        Command::Compile(args) => ahead::compile(&args, shown),
        Command::Convert(args) => run::convert(&args, exact),
        Command::Seeds(args) => artifact::seeds(&args, shown),
        Command::Import(args) => artifact::import(&args, roster, shown),
        Command::Engines(args) => list::engines(&args, roster, shown),
        Command::Completions(args) => list::completions(&args, exact),
        Command::Man(args) => list::man(&args, shown),
        Command::Zoo(args) => zoo::zoo(&args, shown),
    }
}
