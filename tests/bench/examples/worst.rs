//! Looks for code that takes a compiler most: machine code, allocations or memory for each byte of bytecode. What is found is the
//! same for a seed on every machine; time is measured of it, not looked for.

use api::Code;
use bench::clock::timed;
use bench::search::{Goal, Search};
use bench::table::{print, show};
use bench::work::work;
use clap::Parser;
use cost::Compiler;
use std::io::Write;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: bench::counted::Counting = bench::counted::Counting;

#[derive(Parser)]
#[command(about = "Looks for code that takes a compiler most, and prints it with what it takes.")]
struct Args {
    /// Who compiles: template, template-aarch64, form, cranelift; all if none is given.
    compiler: Vec<String>,
    /// Codes that are tried for each goal.
    #[arg(long, default_value_t = 2000)]
    steps: u64,
    /// Bytes of each code.
    #[arg(long, default_value_t = 3072)]
    len: usize,
    /// Bytes of the code that is measured at the end.
    #[arg(long, default_value_t = 24576)]
    measured: usize,
    /// Decides every change.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> ExitCode {
    show(|out| look(&Args::parse(), out))
}

fn look(args: &Args, out: &mut impl Write) -> Result<(), String> {
    for name in &args.compiler {
        if !Compiler::ALL.iter().any(|compiler| compiler.name() == name) {
            return Err(format!("`{name}` compiles nothing; give template, template-aarch64, form or cranelift"));
        }
    }
    let heads = ["compiler", "most", "per byte", "longer", "allocs/KB", "us/KB"];
    print(
        out,
        format!(
            "{:<17}{:<13}{:>10}{:>10}{:>11}{:>10}  program",
            heads[0], heads[1], heads[2], heads[3], heads[4], heads[5]
        ),
    )?;
    let wanted =
        |compiler: &Compiler| args.compiler.is_empty() || args.compiler.iter().any(|name| name == compiler.name());
    for compiler in Compiler::ALL.into_iter().filter(wanted) {
        for goal in Goal::ALL {
            let search = Search { compiler, goal, len: args.len, steps: args.steps, seed: args.seed };
            let Some((program, short_work)) = search.run() else { continue };
            let short = program.code(args.len);
            let long = program.code(args.measured);
            let (time, longer) = timed(|| work(compiler, &long));
            let rate = |amount: u64, code: &Code| hundredths(amount, code.len());
            let per_byte = longer.map_or("refused".into(), |longer| rate(goal.of(&longer), &long));
            let us = hundredths(1024 * u64::try_from(time.as_micros()).unwrap_or(u64::MAX), long.len());
            let unit = program.repeated.concat();
            let text: Vec<String> =
                format::disasm::disassemble(&unit, api::Revision::Osaka).map(|line| line.to_string()).collect();
            let line = format!(
                "{:<17}{:<13}{:>10}{per_byte:>10}{:>11}{us:>10}  {} words, {}",
                compiler.name(),
                goal.name(),
                rate(goal.of(&short_work), &short),
                hundredths(1024 * short_work.asked.times, short.len()),
                program.words,
                text.join(" ")
            );
            print(out, line)?;
        }
    }
    Ok(())
}

/// A quotient with two digits behind the point.
fn hundredths(amount: u64, parts: usize) -> String {
    let hundredths = amount.saturating_mul(100) / parts.max(1) as u64;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
