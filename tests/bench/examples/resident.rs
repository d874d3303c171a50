//! What the process holds in memory while the template engine compiles a million codes.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use bench::resident::{Resident, bytes};
use bench::table::{print, show};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "Prints the resident memory of a process that compiles one code after the other.")]
struct Args {
    /// Codes in all.
    #[arg(long, default_value_t = 1_000_000)]
    codes: u64,
    /// The engine.
    #[arg(long, default_value = "template")]
    engine: String,
}

fn main() -> ExitCode {
    show(|out| measure(&Args::parse(), out))
}

/// Lines of the table.
const LINES: u64 = 10;

fn measure(args: &Args, out: &mut impl Write) -> Result<(), String> {
    let mut resident = Resident::new(registry::make(&args.engine).map_err(|error| error.to_string())?);
    print(out, format!("{:>12}{:>12}{:>16}", "codes", "cases", "resident KB"))?;
    for line in 1..=LINES {
        resident.compile(args.codes * line / LINES)?;
        print(out, format!("{:>12}{:>12}{:>16}", resident.compiled, resident.cases(), bytes()? / 1024))?;
    }
    Ok(())
}
