//! The table of ratios: every heavy workload, on revm and on every engine here, interleaved in one run.
//!
//! Measured is thread CPU time, the minimum over the rounds. `whole` builds the world from the case and runs it,
//! because that is what [`api::Engine::run`] does; ratios compare `whole` with `whole`. `exec` is revm without the
//! building. Engines keep what they compiled from round to round, so the minimum of a compiler excludes compiling.
//! What takes microseconds is run many times a round, so that reading the clock is nothing beside it; `exec` is run once.
//! With `--modular` the loops of `bench::modular` take the place of the heavy workloads; they need no fixtures.

use api::{Engine, Watch};
use bench::clock::{timed, timed_often};
use bench::stats::{geometric_mean, milliseconds, speed};
use bench::table::{print, show};
use bench::{Ended, Workload, baseline, modular, workload};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

// What the command has: a campaign and this table measure the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about = "Prints how much faster than revm each engine runs the heavy workloads.")]
struct Args {
    /// Runs of every engine on every workload; the fastest counts.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only workloads whose name contains this.
    #[arg(long, default_value = "")]
    filter: String,
    /// Only these engines, separated by commas; all of this repository by default.
    #[arg(long, value_delimiter = ',')]
    engines: Vec<String>,
    /// Loops of MULMOD and ADDMOD with constant moduli instead of the heavy workloads.
    #[arg(long)]
    modular: bool,
}

fn main() -> ExitCode {
    show(|out| compare(&Args::parse(), out))
}

fn compare(args: &Args, out: &mut impl Write) -> Result<(), String> {
    if args.modular {
        let mut workloads = modular::all()?;
        workloads.retain(|workload| workload.name.contains(&args.filter));
        table(args, &workloads, out)?;
        return print(out, format!("{} loops; fastest of {} rounds", workloads.len(), args.rounds));
    }
    let names = workload::heavy_names(&args.filter);
    if names.is_empty() {
        return Err(format!("no heavy workload contains `{}`; there are {}", args.filter, workload::HEAVY.join(", ")));
    }
    let Some(folder) = workload::folder() else {
        let why =
            format!("skipped: {} workloads, {} is not set: {}", names.len(), workload::VARIABLE, names.join(", "));
        return print(out, why);
    };
    let workloads = workload::heavy(&folder, &args.filter)?;
    table(args, &workloads, out)?;
    let skipped = workload::HEAVY.len() - workloads.len();
    print(
        out,
        format!("{} workloads, {skipped} left out by the filter; fastest of {} rounds", workloads.len(), args.rounds),
    )
}

fn table(args: &Args, workloads: &[Workload], out: &mut impl Write) -> Result<(), String> {
    let mut engines = match args.engines.as_slice() {
        [] => bench::engines(),
        names => bench::engines_named(names)?,
    };
    print(out, head(&engines))?;
    let mut speeds = vec![Vec::new(); engines.len()];
    for workload in workloads {
        let times = measure(workload, &mut engines, args.rounds).map_err(|why| format!("{}: {why}", workload.name))?;
        print(out, row(&workload.name, &times))?;
        for (speeds, time) in speeds.iter_mut().zip(&times.engines) {
            speeds.extend(time.and_then(|time| speed(times.whole, time)));
        }
    }
    for (engine, speeds) in engines.iter().zip(&speeds) {
        print(out, mean(&engine.id().name, speeds, workloads.len()))?;
    }
    Ok(())
}

/// The fastest run of each. An engine that does not support the case has none.
struct Times {
    whole: Duration,
    exec: Duration,
    engines: Vec<Option<Duration>>,
}

fn measure(workload: &Workload, engines: &mut [Box<dyn Engine>], rounds: u32) -> Result<Times, String> {
    let mut times = Times { whole: Duration::MAX, exec: Duration::MAX, engines: vec![None; engines.len()] };
    for _ in 0..rounds {
        // Inside: the database built from the case, the analysis of its code, the run, and the database dropped.
        let (whole, executed) =
            timed_often(|| baseline::prepare(&workload.case).and_then(|mut prepared| prepared.run()));
        check(workload, baseline::NAME, executed.map(|executed| baseline::ended(&executed)))?;
        times.whole = times.whole.min(whole);

        let mut prepared = baseline::prepare(&workload.case)?;
        // Inside: the transaction only.
        let (exec, executed) = timed(|| prepared.run());
        check(workload, baseline::NAME, executed.map(|executed| baseline::ended(&executed)))?;
        times.exec = times.exec.min(exec);

        for (engine, fastest) in engines.iter_mut().zip(&mut times.engines) {
            if engine.supports(&workload.case).is_err() {
                continue;
            }
            // Inside: the world built from the case, the run, and the world dropped.
            let (time, outcome) = timed_often(|| engine.run(&workload.case, Watch::default()));
            let ended = outcome.map_err(|error| error.to_string()).and_then(|outcome| Ended::of(&outcome));
            check(workload, &engine.id().name, ended)?;
            *fastest = Some(fastest.map_or(time, |fastest| fastest.min(time)));
        }
    }
    Ok(times)
}

fn check(workload: &Workload, engine: &str, ended: Result<Ended, String>) -> Result<(), String> {
    ended.and_then(|ended| workload.expected.check(&ended)).map_err(|why| format!("{engine}: {why}"))
}

fn head(engines: &[Box<dyn Engine>]) -> String {
    let mut line = format!("{:<28}{:>12}{:>12}", "ms", "revm whole", "revm exec");
    for engine in engines {
        line += &format!("{:>14}{:>8}", engine.id().name, "ratio");
    }
    line
}

fn row(name: &str, times: &Times) -> String {
    let mut line = format!("{name:<28}{:>12}{:>12}", milliseconds(times.whole), milliseconds(times.exec));
    for time in &times.engines {
        line += &match time {
            Some(time) => format!("{:>14}{:>8}", milliseconds(*time), ratio(speed(times.whole, *time))),
            None => format!("{:>14}{:>8}", "unsupported", "-"),
        };
    }
    line
}

fn mean(name: &str, speeds: &[f64], workloads_len: usize) -> String {
    let mean = ratio(geometric_mean(speeds));
    format!("geometric mean of revm/{name} over {} of {workloads_len} workloads: {mean}", speeds.len())
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_what_was_measured_and_what_was_not() {
        let ms = Duration::from_millis;
        let times = Times { whole: ms(10), exec: ms(9), engines: vec![Some(ms(4)), None] };
        let line = row("loop", &times);
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words, ["loop", "10.0000", "9.0000", "4.0000", "2.50", "unsupported", "-"]);
        assert!(mean("interp", &[2.5], 2).ends_with("over 1 of 2 workloads: 2.50"));
        assert!(mean("interp", &[], 2).ends_with("over 0 of 2 workloads: -"));
    }

    #[test]
    fn a_filter_that_matches_nothing_is_an_error() {
        let args = Args { rounds: 1, filter: "nothing has this name".to_owned(), engines: Vec::new(), modular: false };
        assert!(compare(&args, &mut Vec::new()).unwrap_err().contains("rm_snailtracer"));
    }
}
