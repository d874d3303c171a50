//! No bytecode takes the template compiler long: it is compiled within a bound, or refused. What any compiler makes of a byte, and the
//! memory that it asks for, is counted and bounded too.
//!
//! Measured is the CPU time of the thread, the fastest of some rounds, so that what else the machine does matters little. The
//! bound is for optimised builds; the others get ten times as much. What is measured by hand is
//! `cargo run --release -p una-bench --example compile -- --bombs`.

use api::{Code, Revision};
use bench::bomb;
use bench::clock::timed;
use bench::work::{self, Work};
use bench::workload;
use cost::Compiler;
use libtest_mimic::{Arguments, Failed, Trial};
use std::io::Write;
use std::time::Duration;
use template::{CODE_LEN_MAX, EXPANSION_MAX, Features, compile};

#[global_allocator]
static ALLOCATOR: bench::counted::Counting = bench::counted::Counting;

const BOUND: Duration = Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 10 });
/// The first round that is below the bound is enough.
const ROUNDS: u32 = 20;

fn main() -> std::process::ExitCode {
    let folder = workload::folder();
    if folder.is_none() {
        let line = format!("skipped: 1 test of the workloads that are bombs: {} is not set", workload::VARIABLE);
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    let skipped = folder.is_none();
    let workloads = move || {
        let Some(folder) = folder else { return Err(Failed::from("skipped: UNANIMOUS_FIXTURES is not set")) };
        let bombs = bomb::workloads(&folder)?;
        if bombs.is_empty() { Err("the index has no bombs".into()) } else { each(bombs) }
    };
    let shapes = || each(bomb::LENS.into_iter().flat_map(bomb::of_len));
    let trials = vec![
        Trial::test("bombs::shapes", shapes),
        Trial::test("bombs::work", work),
        Trial::test("bombs::at_the_limit", || each(bomb::at_the_limit())),
        Trial::test("bombs::workloads", workloads).with_ignored_flag(skipped),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What compiling a code may take, for each byte and besides.
struct Bound {
    compiler: Compiler,
    lens: &'static [usize],
    made: [u64; 2],
    times: [u64; 2],
    peak: [u64; 2],
}

/// Somewhat more than the worst that `examples/worst` found takes.
const BOUNDS: [Bound; 4] = [
    Bound {
        compiler: Compiler::Template,
        lens: &[3 << 10, 24 << 10, 64 << 10],
        made: [EXPANSION_MAX as u64, 2048],
        times: [2, 100],
        peak: [420, 64 << 10],
    },
    Bound {
        compiler: Compiler::TemplateAarch64,
        lens: &[3 << 10, 24 << 10, 64 << 10],
        made: [EXPANSION_MAX as u64, 2048],
        times: [7, 100],
        peak: [640, 64 << 10],
    },
    Bound {
        compiler: Compiler::Form,
        lens: &[3 << 10, 24 << 10],
        made: [24, 1000],
        times: [90, 2000],
        peak: [1900, 64 << 10],
    },
    Bound {
        compiler: Compiler::Cranelift,
        lens: &[1 << 10],
        made: [160, 4096],
        times: [220, 20_000],
        peak: [26_000, 4 << 20],
    },
];

/// Every shape at some lengths.
fn work() -> Result<(), Failed> {
    let mut beyond = Vec::new();
    let mut n_compiled = 0;
    for bound in &BOUNDS {
        for (name, code) in bound.lens.iter().flat_map(|len| bomb::of_len(*len)) {
            let Some(Work { made, asked }) = work::work(bound.compiler, &code) else { continue };
            n_compiled += 1;
            for (what, most, found) in [
                ("made", bound.made, made),
                ("allocations", bound.times, asked.times),
                ("memory", bound.peak, asked.peak),
            ] {
                let [per_byte, besides] = most;
                if found > per_byte * code.len() as u64 + besides {
                    beyond.push(format!("{}: {name}: {what} {found}", bound.compiler.name()));
                }
            }
        }
    }
    if n_compiled < 100 {
        return Err(format!("only {n_compiled} codes were compiled").into());
    }
    if beyond.is_empty() { Ok(()) } else { Err(format!("beyond the bounds:\n{}", beyond.join("\n")).into()) }
}

fn each(bombs: impl IntoIterator<Item = (String, Code)>) -> Result<(), Failed> {
    let slow = bombs.into_iter().filter_map(|(name, code)| Some(format!("{name}: {:?}", too_long(&code)?)));
    let slow: Vec<String> = slow.collect();
    if slow.is_empty() { Ok(()) } else { Err(format!("longer than {BOUND:?}:\n{}", slow.join("\n")).into()) }
}

/// The shortest time for a code, if it is not below the bound.
fn too_long(code: &Code) -> Option<Duration> {
    if code.len() > CODE_LEN_MAX {
        return None;
    }
    let compile = || compile::x86_64(code, Revision::Osaka, Features { bmi2: true }, false).map(|blob| blob.len());
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        fastest = fastest.min(timed(compile).0);
        if fastest < BOUND {
            return None;
        }
    }
    Some(fastest)
}
