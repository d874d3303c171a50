//! How long the template compiler takes for contracts that are in use, and how much code it makes.
//!
//! Measured is thread CPU time, the fastest of some rounds, without publishing. The contracts are read from
//! `$UNANIMOUS_FIXTURES/contracts`, one file of hexadecimal digits each. The code is for x86_64, or for aarch64 if that is the
//! first argument.

use api::Revision;
use bench::clock::timed;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;
use template::{Features, compile};

/// Compilations of every contract; the fastest counts.
const ROUNDS: u32 = 20;

fn main() -> ExitCode {
    match measure(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(out: &mut impl Write) -> Result<(), String> {
    let Some(workloads) = bench::workload::folder() else {
        return print(out, format!("skipped: {} is not set", bench::workload::VARIABLE));
    };
    print(out, format!("{:<44}{:>8}{:>10}{:>8}{:>12}{:>10}", "contract", "bytes", "code", "ratio", "us", "us/KB"))?;
    let for_aarch64 = std::env::args().nth(1).is_some_and(|isa| isa == "aarch64");
    let (mut bytes, mut code, mut time) = (0, 0, Duration::ZERO);
    for (name, contract) in bench::contracts::read(&workloads.with_file_name("contracts"))? {
        let mut fastest = Duration::MAX;
        let mut len = 0;
        for _ in 0..ROUNDS {
            let (took, blob) = timed(|| match for_aarch64 {
                true => compile::aarch64(&contract, Revision::Osaka, false),
                false => compile::x86_64(&contract, Revision::Osaka, Features { bmi2: true }, false),
            });
            len = blob.map_err(|error| format!("{name}: {}", error.0))?.len();
            fastest = fastest.min(took);
        }
        print(out, row(&name, contract.len(), len, fastest))?;
        (bytes, code, time) = (bytes + contract.len(), code + len, time + fastest);
    }
    print(out, row("all", bytes, code, time))
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
fn row(name: &str, bytes: usize, code: usize, time: Duration) -> String {
    let ratio = code as f64 / bytes as f64;
    let us = time.as_secs_f64() * 1e6;
    format!("{name:<44}{bytes:>8}{code:>10}{ratio:>8.2}{us:>12.1}{:>10.1}", us * 1024.0 / bytes as f64)
}

fn print(out: &mut impl Write, line: String) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| format!("cannot write the table: {error}"))
}
