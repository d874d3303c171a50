//! How long the optimising compiler takes for contracts that are in use and for code made to be hard, and how much code it
//! makes.
//!
//! Measured is thread CPU time, the fastest of some rounds, without publishing. The contracts are read from
//! `$UNANIMOUS_FIXTURES/contracts`, one file of hexadecimal digits each. The first argument names the target (`x86_64+bmi2`), the
//! second the options (`opt=none:region=500`).

use api::{Code, Revision};
use bench::clock::timed;
use bench::table::{print, show};
use cranelift::{Compiler, Options, Target};
use spec::op;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

/// Compilations of every code; the fastest counts.
const ROUNDS: u32 = 3;

fn main() -> ExitCode {
    show(measure)
}

fn measure(out: &mut impl Write) -> Result<(), String> {
    let mut args = std::env::args().skip(1);
    let target = args.next().unwrap_or("x86_64+bmi1+bmi2+lzcnt".into());
    let target: Target = target.parse().map_err(|error: cranelift::Unavailable| error.to_string())?;
    let options = args.next().unwrap_or_default();
    let options: Options = options.parse().map_err(|error: cranelift::BadOption| error.to_string())?;
    let mut compiler = Compiler::new(target, &options).map_err(|error| error.to_string())?;
    print(out, format!("{:<44}{:>8}{:>10}{:>8}{:>12}{:>10}", "code", "bytes", "native", "ratio", "ms", "ms/KB"))?;
    let mut codes = bombs();
    match bench::workload::folder() {
        Some(workloads) => codes.extend(bench::contracts::read(&workloads.with_file_name("contracts"))?),
        None => print(out, format!("contracts skipped: {} is not set", bench::workload::VARIABLE))?,
    }
    for (name, code) in codes {
        let mut fastest = Duration::MAX;
        let mut made = Ok(0);
        for _ in 0..ROUNDS {
            let (took, blob) = timed(|| compiler.compile(&code, Revision::Osaka, false));
            made = blob.map(|blob| blob.len());
            fastest = fastest.min(took);
        }
        match made {
            Ok(len) => print(out, row(&name, code.len(), len, fastest))?,
            Err(refused) => print(out, format!("{}  {refused}", row(&name, code.len(), 0, fastest)))?,
        }
    }
    Ok(())
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
fn row(name: &str, bytes: usize, code: usize, time: Duration) -> String {
    let ratio = code as f64 / bytes as f64;
    let ms = time.as_secs_f64() * 1e3;
    format!("{name:<44}{bytes:>8}{code:>10}{ratio:>8.2}{ms:>12.1}{:>10.2}", ms * 1024.0 / bytes as f64)
}

/// Code that is hard for compilers, in two lengths each, so that what grows faster than the length shows.
fn bombs() -> Vec<(String, Code)> {
    let shapes: [(&str, &[u8], &[u8]); 8] = [
        ("JUMPDEST", &[], &[op::JUMPDEST]),
        ("MLOAD", &[op::CALLDATASIZE], &[op::MLOAD]),
        ("DUP1 DIV", &[op::CALLDATASIZE], &[op::DUP1, op::DIV]),
        ("DUP1 MUL", &[op::CALLDATASIZE], &[op::DUP1, op::MUL]),
        ("DUP16 ADD", &[op::CALLDATASIZE; 16], &[op::DUP16, op::ADD]),
        ("dynamic JUMP", &[], &[op::JUMPDEST, op::CALLDATASIZE, op::JUMP]),
        ("dynamic JUMPI", &[op::CALLDATASIZE], &[op::DUP1, op::DUP1, op::JUMPI]),
        ("SLOAD", &[op::CALLDATASIZE], &[op::SLOAD]),
    ];
    let mut codes = Vec::new();
    for (name, first, repeated) in shapes {
        for len in [3 << 10, 24 << 10, 48 << 10] {
            let mut bytes = first.to_vec();
            while bytes.len() + repeated.len() + 2 <= len {
                bytes.extend(repeated);
            }
            bytes.extend([op::PUSH0, op::SSTORE]);
            codes.push((format!("bomb: {name}"), Code::new(bytes.into())));
        }
    }
    codes
}
