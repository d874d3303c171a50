//! What a campaign spends its time on: cases per second and core, and microseconds per stage.
//!
//! The cases of a seed are those of `unanimous fuzz`: the generator's, and mutants of the corpus. They are taken through
//! the stages of a campaign one block at a time: made, run on each engine with everything recorded, judged, and what the
//! judge came to digested; `judge` holds all that the engines take, and what it takes beyond them is the comparison.
//! Then each case is taken through all of them at once, and dropped, as the worker of a campaign does: `whole`, from which the rate
//! follows. Each measurement has engines of its own, which meet every case for the first time, so a compiler compiles in all.
//! Measured is the CPU time of one thread. Each family stands by itself, with its share of the time.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use api::{Case, Watch};
use bench::clock::timed;
use bench::table::{print, show};
use campaign::Leaves;
use clap::Parser;
use r#gen::mix::MUTANT;
use r#gen::{FAMILIES, Mix};
use oracle::{Crew, Tolerances, judge};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
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
    show(|out| measure(&Args::parse(), out))
}

/// Time of one stage over some cases.
#[derive(Clone, Debug, Default)]
struct Stages {
    cases: u64,
    code_bytes: u64,
    times: Vec<Duration>,
}

impl Stages {
    /// What a campaign spends.
    fn whole(&self) -> Duration {
        self.times.last().copied().unwrap_or_default()
    }
}

/// The engines for each measurement, so that what one compiles is not there for the others.
struct Crews {
    alone: Crew,
    judging: Crew,
    whole: Crew,
}

fn measure(args: &Args, out: &mut impl Write) -> Result<(), String> {
    let crew = || {
        Crew::new(&args.engines, |name| registry::make(name).ok())
            .map_err(|name| registry::make(&name).err().map_or(name, |error| error.to_string()))
    };
    let mut crews = Crews { alone: crew()?, judging: crew()?, whole: crew()? };
    let names = stages(&args.engines);
    let mix = Mix { pool: corpus()?, ..Mix::default() };
    let mut families: BTreeMap<&str, Stages> = BTreeMap::new();
    for start in (0..args.cases).step_by(BLOCK as usize) {
        spread(&mut families, &mix, args.seed, start..args.cases.min(start + BLOCK), &mut crews);
    }
    let mut total = Stages { times: vec![Duration::ZERO; names.len()], ..Stages::default() };
    for stages in families.values() {
        total.cases += stages.cases;
        total.code_bytes += stages.code_bytes;
        total.times.iter_mut().zip(&stages.times).for_each(|(sum, time)| *sum += *time);
    }
    let titles = names.iter().map(String::as_str).chain(["share"]);
    print(out, format!("{:<14}{:>8}{:>8}{}", "family", "cases", "bytes", columns(titles)))?;
    for (family, stages) in &families {
        print(out, row(family, stages, &total))?;
    }
    print(out, row("all", &total, &total))?;
    let rate = u128::from(total.cases) * 1_000_000_000 / total.whole().as_nanos().max(1);
    print(out, format!("{rate} cases per second and core, {}", args.engines.join(", ")))
}

/// The names of the columns.
fn stages(engines: &[String]) -> Vec<String> {
    let ends = ["judge", "digest", "whole"].map(str::to_owned);
    std::iter::once("make".to_owned()).chain(engines.iter().cloned()).chain(ends).collect()
}

/// The cases of the corpus, in every revision that they are for.
fn corpus() -> Result<Vec<Case>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut cases = Vec::new();
    for folder in ["ops", "eips", "found"].map(|name| folder.join(name)) {
        let unread = |error: io::Error| format!("cannot read {}: {error}", folder.display());
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(unread)? {
            paths.push(entry.map_err(unread)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "evm"));
        paths.sort();
        for path in paths {
            let name = path.display().to_string();
            let file =
                format::evm::read(&std::fs::read(&path).map_err(unread)?, &name).map_err(|error| error.to_string())?;
            cases.extend(file.cases().map(|(case, _)| case));
        }
    }
    Ok(cases)
}

/// Takes a block of cases through the stages, family by family.
fn spread(
    families: &mut BTreeMap<&'static str, Stages>,
    mix: &Mix,
    seed: u64,
    indices: std::ops::Range<u64>,
    crews: &mut Crews,
) {
    let Crews { alone, judging: crew, whole } = crews;
    let block: Vec<(u64, Case)> = indices.map(|index| (index, mix.case(seed, index))).collect();
    for name in FAMILIES.iter().map(|row| row.name).chain([MUTANT]) {
        let mine: Vec<u64> =
            block.iter().filter(|(_, case)| case.name.starts_with(name)).map(|(index, _)| *index).collect();
        let (making, cases) = timed(|| mine.iter().map(|index| mix.case(seed, *index)).collect::<Vec<_>>());
        let stages = families.entry(name).or_default();
        stages.times.resize(crew.len() + 4, Duration::ZERO);
        stages.cases += cases.len() as u64;
        stages.code_bytes += cases.iter().map(code_len).sum::<u64>();
        stages.times[0] += making;
        for i in 0..crew.len() {
            stages.times[i + 1] += timed(|| cases.iter().for_each(|case| drop(alone.run(i, case, Watch::exact())))).0;
        }
        let tolerances = Tolerances::none();
        let (judging, verdicts) = timed(|| cases.iter().map(|case| judge(crew, case, &tolerances)).collect::<Vec<_>>());
        stages.times[crew.len() + 1] += judging;
        stages.times[crew.len() + 2] += timed(|| {
            let mut leaves = Leaves::default();
            verdicts.iter().for_each(|verdict| leaves.push(verdict));
            leaves.finish()
        })
        .0;
        stages.times[crew.len() + 3] += timed(|| {
            let mut leaves = Leaves::default();
            for index in &mine {
                leaves.push(&judge(whole, &mix.case(seed, *index), &tolerances));
            }
            leaves.finish()
        })
        .0;
    }
}

fn code_len(case: &Case) -> u64 {
    case.accounts.values().map(|account| account.code.len() as u64).sum()
}

fn row(name: &str, stages: &Stages, total: &Stages) -> String {
    let n = stages.cases.max(1);
    let tenths = |time: Duration| time.as_nanos() / u128::from(n) / 100;
    let each = stages.times.iter().copied().map(tenths);
    let mut each: Vec<String> = each.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)).collect();
    each.push(format!("{}%", stages.whole().as_nanos() * 100 / total.whole().as_nanos().max(1)));
    let values = columns(each.iter().map(String::as_str));
    format!("{name:<14}{:>8}{:>8}{values}", stages.cases, stages.code_bytes / n)
}

fn columns<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| format!("{text:>10}")).collect()
}
