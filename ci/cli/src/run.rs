//! `run` and `convert`: one file, shown.

use crate::args::{ConvertArgs, RunArgs};
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::roster::Roster;
use crate::{ahead, outcome, render, source};
use alloy_primitives::{B256, Keccak256};
use api::{Case, Engine, Outcome, Watch, digest};
use format::{CaseFile, Difference, Expect};
use std::io::Write;

/// What running a file comes to.
#[derive(Default)]
struct Tally {
    runs: usize,
    unexpected: usize,
    /// Runs of which the file expects nothing.
    unknown: usize,
    disagreements: usize,
    /// Runs that an engine does not support.
    skipped: usize,
    /// Exact digests of the first engine, in order.
    digests: Vec<B256>,
}

/// Runs every case of a file on every engine.
pub(crate) fn run(args: &RunArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut engines = source::engines(&args.engines, roster)?;
    let cases = source::cases(&args.case)?;
    if cases.is_empty() {
        return Err(Failure::new(Exit::BadInput, format_args!("error: {} holds no case", args.case.case)));
    }
    ahead::install(&args.artifact, &cases, &mut engines)?;
    let mut tally = Tally::default();
    let mut json = Vec::new();
    for (case, expect) in &cases {
        let mut first: Option<Outcome> = None;
        for engine in &mut engines {
            if let Err(why) = engine.supports(case) {
                tally.skipped += 1;
                if !args.json {
                    writeln!(out, "{} in {} on {}\n  skipped: {why}", case.name, case.revision, engine.id())?;
                }
                continue;
            }
            let result = engine.run(case, Watch::exact_with_roots()).map_err(|error| {
                let place = format!("{} in {} on {}", case.name, case.revision, engine.id().name);
                Failure::from(error).at(&place)
            })?;
            let differences = CaseFile::check(expect, &result);
            let unlike = first.as_ref().map_or_else(Vec::new, |judge| oracle::compare(judge, &result));
            if args.json {
                json.push(outcome::run(case, &engine.id(), &result, &differences, &unlike));
            } else {
                show(out, engine.as_ref(), case, expect, &result, &differences)?;
                for difference in &unlike {
                    writeln!(out, "  UNLIKE     {}", outcome::unlike(difference))?;
                }
            }
            tally.runs += 1;
            tally.unexpected += usize::from(!differences.is_empty());
            tally.unknown += usize::from(!expects_something(expect));
            tally.disagreements += usize::from(!unlike.is_empty());
            if first.is_none() {
                tally.digests.extend(digest::exact(&result).or(digest::consensus(&result)));
                first = Some(result);
            }
        }
    }
    if args.json {
        writeln!(out, "{:#}", serde_json::Value::Array(json))?;
    } else {
        summary(out, &tally)?;
    }
    Ok(match tally {
        Tally { runs: 0, .. } => Exit::Inconclusive,
        Tally { unexpected: 0, disagreements: 0, .. } => Exit::Ok,
        _ => Exit::Differs,
    })
}

fn show(
    out: &mut dyn Write,
    engine: &dyn Engine,
    case: &Case,
    expect: &Expect,
    result: &Outcome,
    differences: &[Difference],
) -> Result<(), Failure> {
    writeln!(out, "{} in {} on {}", case.name, case.revision, engine.id())?;
    render::outcome(out, case, result)?;
    if let Ok(consensus) = digest::consensus(result) {
        writeln!(out, "  consensus  {consensus}")?;
    }
    if let Ok(exact) = digest::exact(result) {
        writeln!(out, "  exact      {exact}")?;
    }
    for difference in differences {
        writeln!(out, "  DIFFERS    {difference}")?;
    }
    if differences.is_empty() && !expects_something(expect) {
        writeln!(out, "  the file expects nothing in {}", case.revision)?;
    }
    Ok(())
}

fn expects_something(expect: &Expect) -> bool {
    *expect != Expect { revision: expect.revision, ..Expect::default() }
}

fn summary(out: &mut dyn Write, tally: &Tally) -> Result<(), Failure> {
    let s = if tally.runs == 1 { "" } else { "s" };
    write!(out, "{} run{s}: ", tally.runs)?;
    match (tally.unexpected, tally.disagreements) {
        (0, 0) if tally.runs == 0 => write!(out, "no engine supports it")?,
        (0, 0) if tally.unknown == tally.runs => write!(out, "nothing is expected of it")?,
        (0, 0) if tally.unknown > 0 => write!(out, "as expected, but of {} nothing is expected", tally.unknown)?,
        (0, 0) => write!(out, "all as expected")?,
        (unexpected, disagreements) => {
            write!(out, "{unexpected} not as expected, {disagreements} unlike the first engine")?;
        }
    }
    if tally.skipped > 0 {
        write!(out, "; {} skipped", tally.skipped)?;
    }
    writeln!(out, "; digest {}", fold(&tally.digests))?;
    Ok(())
}

/// One digest for a list of them: the digest itself if it is alone.
pub(crate) fn fold(digests: &[B256]) -> B256 {
    if let [digest] = digests {
        return *digest;
    }
    let mut hash = Keccak256::new();
    digests.iter().for_each(|digest| hash.update(digest));
    hash.finalize()
}

/// Prints a case in the form that it is not in.
pub(crate) fn convert(args: &ConvertArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let bytes = source::read(&args.case)?;
    let is_json = args.case.ends_with(".json") || bytes.trim_ascii_start().starts_with(b"{");
    let files = source::case_files_of(&args.case, &bytes)?;
    let [file] = files.as_slice() else {
        let message = format_args!("error: {} holds {} cases; convert takes a file with one", args.case, files.len());
        return Err(Failure::new(Exit::BadInput, message));
    };
    if let Some(path) = &args.compact {
        let bytes = format::binary::write(&file.case);
        return source::write_bytes(path, &bytes).map(|()| Exit::Ok);
    }
    let text =
        if is_json || format::binary::is_binary(&bytes) { format::evm::write(file) } else { format::json::write(file) };
    out.write_all(text.as_bytes())?;
    Ok(Exit::Ok)
}
