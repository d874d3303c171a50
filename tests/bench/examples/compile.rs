//! How long the template compiler takes for contracts that are in use, and how much code it makes.
//!
//! Measured is thread CPU time, the fastest of some rounds, without publishing. The contracts are read from
//! `$UNANIMOUS_FIXTURES/contracts`, one file of hexadecimal digits each. The code is for x86_64, or for aarch64 if that is the
//! first argument.

use api::{Code, Revision};
use bench::clock::timed;
use std::io::{self, Write};
use std::path::Path;
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
    for (name, contract) in contracts(&workloads.with_file_name("contracts"))? {
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

/// The contracts by name, in the order of their files.
fn contracts(folder: &Path) -> Result<Vec<(String, Code)>, String> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let listed = std::fs::read_dir(folder).map_err(|error| failed(folder, error))?;
    let mut paths: Vec<_> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "hex"));
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(|error| failed(path, error))?;
        let digits = text.trim().trim_start_matches("0x");
        let byte = |i: usize| digits.get(2 * i..2 * i + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        let bytes: Option<Vec<u8>> = (0..digits.len() / 2).map(byte).collect();
        let bytes =
            bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| format!("{}: no hexadecimal", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, Code::new(bytes.into())))
    };
    paths.iter().map(|path| read(path)).collect()
}

fn print(out: &mut impl Write, line: String) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| format!("cannot write the table: {error}"))
}
