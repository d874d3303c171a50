//! What a campaign spends its time on: cases per second and core, and microseconds per stage.
//!
//! The cases of a seed are taken through the stages of a campaign one block at a time: made, run on each engine with
//! everything recorded, judged, and the judge's outcome digested. Engines by themselves and engines that judge are two
//! crews, so either meets a case for the first time and a compiler compiles it in both: `judge` holds all that the
//! engines take, and what it takes beyond them is the comparison. Measured is the CPU time of one thread; the rate is
//! that of the campaign itself, on one worker, whose case is made, judged and digested once.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use api::{Case, Watch, digest};
use bench::clock::timed;
use clap::Parser;
use r#gen::{FAMILIES, Profile};
use oracle::{Crew, Tolerances, judge};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Parser)]
#[command(about = "Prints the cases per second and core of a campaign, and where its time goes.")]
struct Args {
    /// Seed of the cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many cases.
    #[arg(long, default_value_t = 40_960)]
    cases: u64,
    /// The engines, the judge first.
    #[arg(long, default_value = "interp,revm", value_delimiter = ',')]
    engines: Vec<String>,
}

/// Cases measured together, so that reading the clock costs nothing.
const BLOCK: u64 = 256;

fn main() -> ExitCode {
    match measure(&Args::parse(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Time of one stage over some cases.
#[derive(Clone, Debug, Default)]
struct Stages {
    cases: u64,
    code_bytes: u64,
    times: Vec<Duration>,
}

/// The engines twice, so that what one measurement compiles is not there for the other.
struct Crews {
    alone: Crew,
    judging: Crew,
}

fn measure(args: &Args, out: &mut impl Write) -> Result<(), String> {
    let crew = || {
        Crew::new(&args.engines, |name| registry::make(name).ok())
            .map_err(|name| registry::make(&name).err().map_or(name, |error| error.to_string()))
    };
    let mut crews = Crews { alone: crew()?, judging: crew()? };
    let names = stages(&args.engines);
    let mut families: BTreeMap<&str, Stages> = BTreeMap::new();
    for start in (0..args.cases).step_by(BLOCK as usize) {
        let indices = start..args.cases.min(start + BLOCK);
        let (making, cases) =
            timed(|| indices.map(|i| r#gen::from_seed(args.seed, i, &Profile::default())).collect::<Vec<_>>());
        spread(&mut families, &cases, making, &mut crews);
    }
    print(out, &format!("{:<14}{:>8}{:>8}{}", "family", "cases", "bytes", columns(names.iter().map(String::as_str))))?;
    let mut total = Stages { times: vec![Duration::ZERO; names.len()], ..Stages::default() };
    for (family, stages) in &families {
        print(out, &row(family, stages))?;
        total.cases += stages.cases;
        total.code_bytes += stages.code_bytes;
        total.times.iter_mut().zip(&stages.times).for_each(|(sum, time)| *sum += *time);
    }
    print(out, &row("all", &total))?;
    let whole = total.times[0] + total.times[names.len() - 2] + total.times[names.len() - 1];
    let rate = u128::from(total.cases) * 1_000_000_000 / whole.as_nanos().max(1);
    print(out, &format!("{rate} cases per second and core, {}", args.engines.join(", ")))
}

/// The names of the columns.
fn stages(engines: &[String]) -> Vec<String> {
    let ends = ["judge", "digest"].map(str::to_owned);
    std::iter::once("make".to_owned()).chain(engines.iter().cloned()).chain(ends).collect()
}

/// Takes a block of cases through the stages, family by family. Making them is shared out evenly.
fn spread(families: &mut BTreeMap<&'static str, Stages>, cases: &[Case], making: Duration, crews: &mut Crews) {
    let Crews { alone, judging: crew } = crews;
    for row in FAMILIES {
        let mine: Vec<&Case> = cases.iter().filter(|case| case.name.starts_with(row.name)).collect();
        let stages = families.entry(row.name).or_default();
        stages.times.resize(crew.len() + 3, Duration::ZERO);
        stages.cases += mine.len() as u64;
        stages.code_bytes += mine.iter().map(|case| code_len(case)).sum::<u64>();
        stages.times[0] += making * mine.len() as u32 / cases.len().max(1) as u32;
        for i in 0..crew.len() {
            stages.times[i + 1] += timed(|| mine.iter().for_each(|case| drop(alone.run(i, case, Watch::exact())))).0;
        }
        let tolerances = Tolerances::none();
        let (judging, verdicts) = timed(|| mine.iter().map(|case| judge(crew, case, &tolerances)).collect::<Vec<_>>());
        stages.times[crew.len() + 1] += judging;
        stages.times[crew.len() + 2] +=
            timed(|| verdicts.iter().filter_map(|verdict| verdict.outcome().map(digest::exact)).count()).0;
    }
}

fn code_len(case: &Case) -> u64 {
    case.accounts.values().map(|account| account.code.len() as u64).sum()
}

fn row(name: &str, stages: &Stages) -> String {
    let n = stages.cases.max(1);
    let each = stages.times.iter().map(|time| {
        let tenths = time.as_nanos() / u128::from(n) / 100;
        format!("{}.{}", tenths / 10, tenths % 10)
    });
    let each: Vec<String> = each.collect();
    let values = columns(each.iter().map(String::as_str));
    format!("{name:<14}{:>8}{:>8}{values}", stages.cases, stages.code_bytes / n)
}

fn columns<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| format!("{text:>10}")).collect()
}

fn print(out: &mut impl Write, line: &str) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| format!("cannot write the table: {error}"))
}
