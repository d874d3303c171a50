//! `gate`: the corpus that is built in, on every engine, to the bit.

use crate::args::GateArgs;
use crate::corpus;
use crate::exit::{Exit, Failure};
use crate::run::fold;
use crate::source;
use alloy_primitives::B256;
use api::{Engine, EngineError, Watch, digest};
use format::CaseFile;
use rayon::prelude::*;
use serde_json::json;
use std::io::Write;

/// What one file came to.
#[derive(Debug, Default)]
struct Replayed {
    n_cases: usize,
    n_runs: usize,
    n_skipped: usize,
    failures: Vec<String>,
    limits: Vec<String>,
    /// Exact digests of the first engine.
    digests: Vec<B256>,
}

/// Replays the corpus.
pub(crate) fn gate(args: &GateArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let names: Vec<String> = source::engines(&args.engines)?.iter().map(|engine| engine.id().name).collect();
    let replayed: Vec<Replayed> = corpus::FILES
        .par_iter()
        .map_init(
            || source::engines(&args.engines).unwrap_or_default(),
            |engines, (name, text)| replay(engines, name, text),
        )
        .collect();
    let total = sum(replayed);
    for failure in &total.failures {
        writeln!(out, "FAILED  {failure}")?;
    }
    for limit in &total.limits {
        writeln!(out, "LIMIT   {limit}")?;
    }
    let digest = fold(&total.digests);
    let (files, cases, runs) = (corpus::FILES.len(), total.n_cases, total.n_runs);
    if args.json {
        let report = json!({
            "engines": names, "files": files, "cases": cases, "runs": runs,
            "skipped": total.n_skipped, "failures": total.failures, "limits": total.limits, "digest": digest.to_string(),
        });
        writeln!(out, "{report:#}")?;
    } else {
        let verdict = if total.failures.is_empty() { "unanimous" } else { "NOT UNANIMOUS" };
        let skipped = if total.n_skipped > 0 { format!(", {} skipped", total.n_skipped) } else { String::new() };
        writeln!(
            out,
            "{verdict}: {files} files, {cases} cases, {runs} runs on {}; {} failed{skipped}; digest {digest}",
            names.join(", "),
            total.failures.len()
        )?;
    }
    Ok(match (total.failures.is_empty(), total.limits.is_empty() && runs > 0) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}

fn replay(engines: &mut [Box<dyn Engine>], name: &str, text: &str) -> Replayed {
    let mut replayed = Replayed::default();
    let file = match format::evm::read(text.as_bytes(), name) {
        Ok(file) => file,
        Err(error) => {
            replayed.failures.push(error.to_string());
            return replayed;
        }
    };
    for (case, expect) in file.cases() {
        replayed.n_cases += 1;
        if expect.exact.is_none() {
            replayed.failures.push(format!("{name} in {}: nothing is expected; bless it", case.revision));
        }
        for (i, engine) in engines.iter_mut().enumerate() {
            let place = || format!("{name} in {} on {}", case.revision, engine.id().name);
            let place = place();
            match engine.run(&case, Watch::exact_with_roots()) {
                Ok(outcome) => {
                    replayed.n_runs += 1;
                    let differences = CaseFile::check(expect, &outcome);
                    replayed.failures.extend(differences.iter().map(|difference| format!("{place}: {difference}")));
                    if i == 0 {
                        replayed.digests.extend(digest::exact(&outcome));
                    }
                }
                Err(EngineError::Unsupported(_)) => replayed.n_skipped += 1,
                Err(EngineError::Limit(what)) => replayed.limits.push(format!("{place}: {what}")),
                Err(error) => replayed.failures.push(format!("{place}: {error}")),
            }
        }
    }
    replayed
}

fn sum(all: Vec<Replayed>) -> Replayed {
    all.into_iter().fold(Replayed::default(), |mut total, one| {
        total.n_cases += one.n_cases;
        total.n_runs += one.n_runs;
        total.n_skipped += one.n_skipped;
        total.failures.extend(one.failures);
        total.limits.extend(one.limits);
        total.digests.extend(one.digests);
        total
    })
}
