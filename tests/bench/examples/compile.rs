//! How long the template compiler takes, and how much code it makes: of contracts that are in use, or of bombs.
//!
//! Measured is thread CPU time, the fastest of some rounds, without publishing. The contracts are read from
//! `$UNANIMOUS_FIXTURES/contracts`, one file of hexadecimal digits each, and bombs from `bench::bomb` and the workloads whose names
//! begin with `bomb_`. What the engine does not compile is said to be refused.

use api::{Code, Revision};
use bench::clock::timed;
use bench::table::{print, show};
use bench::{bomb, workload};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use template::{CODE_LEN_MAX, Features, compile};

#[derive(Parser)]
#[command(about = "Prints how long the template compiler takes for contracts, and how much machine code it makes.")]
struct Args {
    /// Bytecode that was made to take long instead of contracts.
    #[arg(long)]
    bombs: bool,
    /// Code for aarch64 instead of x86_64.
    #[arg(long)]
    aarch64: bool,
    /// Compilations of every code; the fastest counts.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

fn main() -> ExitCode {
    show(|out| measure(&Args::parse(), out))
}

fn measure(args: &Args, out: &mut impl Write) -> Result<(), String> {
    let workloads = workload::folder();
    if workloads.is_none() {
        let which = if args.bombs { "the workloads that are bombs" } else { "the contracts" };
        print(out, format!("skipped: {which}, {} is not set", workload::VARIABLE))?;
    }
    let mut codes = match &workloads {
        Some(workloads) if !args.bombs => bench::contracts::read(&workloads.with_file_name("contracts"))?,
        Some(workloads) => bomb::workloads(workloads)?,
        None => Vec::new(),
    };
    if args.bombs {
        codes.extend(bomb::LENS.into_iter().flat_map(bomb::of_len).chain(bomb::at_the_limit()));
    }
    print(out, format!("{:<44}{:>8}{:>10}{:>8}{:>12}{:>10}", "code", "bytes", "machine", "ratio", "us", "us/KB"))?;
    let (mut bytes, mut machine, mut time, mut longest) = (0, 0, Duration::ZERO, Duration::ZERO);
    for (name, code) in codes {
        let (took, len) = fastest(args, &code);
        longest = longest.max(took);
        let Some(len) = len else {
            print(out, format!("{name:<44}{:>8}{:>10}{:>20.1}", code.len(), "refused", microseconds(took)))?;
            continue;
        };
        print(out, row(&name, code.len(), len, took))?;
        (bytes, machine, time) = (bytes + code.len(), machine + len, time + took);
    }
    print(out, row("all", bytes, machine, time))?;
    print(out, format!("the longest took {:.1} us; fastest of {} rounds", microseconds(longest), args.rounds))
}

/// The time for a code, and the length of its machine code unless it is refused.
fn fastest(args: &Args, code: &Code) -> (Duration, Option<usize>) {
    if code.len() > CODE_LEN_MAX {
        return (Duration::ZERO, None);
    }
    let rounds = (0..args.rounds).map(|_| {
        let (took, blob) = timed(|| match args.aarch64 {
            true => compile::aarch64(code, Revision::Osaka, false),
            false => compile::x86_64(code, Revision::Osaka, Features { bmi2: true }, false),
        });
        (took, blob.ok().map(|blob| blob.len()))
    });
    rounds.min().unwrap_or_default()
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
fn row(name: &str, bytes: usize, code: usize, time: Duration) -> String {
    let ratio = code as f64 / bytes as f64;
    let us = microseconds(time);
    format!("{name:<44}{bytes:>8}{code:>10}{ratio:>8.2}{us:>12.1}{:>10.1}", us * 1024.0 / bytes as f64)
}
