//! `diff` and `reduce`: one case on which engines may differ.

use crate::args::{DiffArgs, ReduceArgs};
use crate::blame::blame;
use crate::crew::{cases, crew, tolerances};
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::output::{PLAIN, RED};
use crate::roster::Roster;
use alloy_primitives::{hex, keccak256};
use api::{Case, digest};
use format::{CaseFile, Expect};
use oracle::{Crew, Divergence, Fork, Ran, Verdict, judge, localise};
use reduce::{Budget, Crews, reduce_finding};
use report::{Finding, SideBySide, side_by_side};
use std::io::Write;
use std::path::Path;

/// Compares engines on a case.
pub(crate) fn diff(args: &DiffArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut crew = crew(&args.engines, roster)?;
    let tolerances = tolerances()?;
    let mut exit = Exit::Ok;
    for case in cases(&args.case)? {
        let verdict = judge(&mut crew, &case, &tolerances);
        let width = verdict.runs.iter().map(|(engine, _)| engine.len()).max().unwrap_or(0);
        for (engine, ran) in &verdict.runs {
            writeln!(out, "{engine:<width$}  {}", came_to(ran))?;
        }
        for divergence in &verdict.divergences {
            let fork = fork(&mut crew, &case, divergence);
            show(out, &case, divergence, fork.as_ref())?;
            if args.blame {
                blame(out, roster, &args.case.case, &case, divergence)?;
            }
            if let Some(folder) = &args.out {
                let ids = roster.ids(&crew.names());
                let place = keep(folder, &args.case.case, &case, &case, divergence, fork.as_ref(), &ids)?;
                writeln!(out, "evidence in {place}")?;
            }
        }
        summary(out, &case, &verdict)?;
        exit = match (exit, verdict.divergences.is_empty(), verdict.is_unanimous()) {
            (_, false, _) | (Exit::Differs, ..) => Exit::Differs,
            (_, true, false) => Exit::Inconclusive,
            (before, true, true) => before,
        };
    }
    Ok(exit)
}

fn came_to(ran: &Ran) -> String {
    match ran {
        Ran::Outcome(outcome) => {
            let digest =
                digest::consensus(outcome).map_or_else(|_| "no digest".to_owned(), |digest| digest.to_string());
            format!("consensus {digest}")
        }
        Ran::Unsupported(why) => format!("unsupported: {why}"),
        Ran::Limit(what) => what.clone(),
        Ran::Crash(how) => format!("crashed: {how}"),
        Ran::Absent => "not asked".into(),
    }
}

/// Where the two engines of a divergence part.
pub(crate) fn fork(crew: &mut Crew, case: &Case, divergence: &Divergence) -> Option<Fork> {
    let at = |name: &str| crew.names().iter().position(|other| other == name);
    let (judge, engine) = (at(&divergence.judge)?, at(&divergence.engine)?);
    localise(crew, case, judge, engine)
}

fn show(out: &mut dyn Write, case: &Case, divergence: &Divergence, fork: Option<&Fork>) -> Result<(), Failure> {
    writeln!(out, "{RED}{}{PLAIN}", divergence.signature)?;
    if let Some(crash) = &divergence.crash {
        writeln!(out, "  {} crashed: {crash}", divergence.engine)?;
    }
    let width = divergence.judge.len().max(divergence.engine.len());
    for difference in &divergence.differences {
        let transaction = difference.transaction.map_or_else(String::new, |n| format!("transaction {n}: "));
        writeln!(out, "  {transaction}{} {}", difference.part.name(), difference.place)?;
        writeln!(out, "    {:<width$}  {}", divergence.judge, difference.left)?;
        writeln!(out, "    {:<width$}  {RED}{}{PLAIN}", divergence.engine, difference.right)?;
    }
    let Some(fork) = fork else {
        writeln!(out, "  where they part is not known: behind the last checkpoint that both report")?;
        return Ok(());
    };
    let side = side_by_side(case, fork);
    if side.rows.is_empty() {
        writeln!(out, "  no checkpoint shows where they part, a step does:")?;
        return listing(out, &side);
    }
    let from = fork.common.map_or_else(|| "the entry".to_owned(), |point| format!("pc {:#x}", point.pc));
    writeln!(out, "  they part in the section after {from}; at its end:")?;
    writeln!(out, "    {:<12} {:<40} {}", "", divergence.judge, divergence.engine)?;
    for (what, left, right) in &side.rows {
        let (on, off) = if left == right { ("", "") } else { (RED, PLAIN) };
        writeln!(out, "    {what:<12} {left:<40} {on}{right}{off}")?;
    }
    listing(out, &side)
}

fn listing(out: &mut dyn Write, side: &SideBySide) -> Result<(), Failure> {
    for (pc, text, here) in &side.listing {
        let (mark, on, off) = if *here { (">", RED, PLAIN) } else { (" ", "", "") };
        writeln!(out, "  {mark} {pc:>5x}  {on}{text}{off}")?;
    }
    Ok(())
}

fn summary(out: &mut dyn Write, case: &Case, verdict: &Verdict) -> Result<(), Failure> {
    let n_outcomes = verdict.n_outcomes();
    let word = match (verdict.divergences.len(), verdict.is_unanimous()) {
        (0, true) => "unanimous",
        (0, false) if verdict.is_inconclusive() => "INCONCLUSIVE",
        (0, false) => "nothing to compare",
        _ => "NOT UNANIMOUS",
    };
    let outcome = verdict.outcome().and_then(|outcome| digest::exact(outcome).or(digest::consensus(outcome)).ok());
    writeln!(
        out,
        "{word}: {} in {}, {n_outcomes} outcomes, {} divergences, {} tolerated; digest {}",
        case.name,
        case.revision,
        verdict.divergences.len(),
        verdict.tolerated,
        outcome.unwrap_or_default(),
    )?;
    Ok(())
}

/// Writes an evidence folder below `folder` and says where.
pub(crate) fn keep(
    folder: &Path,
    origin: &str,
    original: &Case,
    reduced: &Case,
    divergence: &Divergence,
    fork: Option<&Fork>,
    engines: &[String],
) -> Result<String, Failure> {
    let name = folder_name(divergence);
    let finding = Finding { name: &name, origin, original, reduced, divergence, fork, engines };
    let place = folder.join(&name);
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::BadInput,
            format_args!("error: cannot write {}: {error}; choose another folder", place.display()),
        )
    };
    std::fs::create_dir_all(&place).map_err(failed)?;
    for (file, text) in report::files(&finding) {
        std::fs::write(place.join(file), text).map_err(failed)?;
    }
    Ok(place.display().to_string())
}

/// A name for a finding that depends on its signature alone.
pub(crate) fn folder_name(divergence: &Divergence) -> String {
    let signature = divergence.signature.to_string();
    let part = divergence.signature.part.map_or("crash", |part| part.name()).replace(' ', "-");
    format!("{}-{part}-{}", divergence.engine, hex::encode(&keccak256(signature)[..4]))
}

/// Reduces a case.
pub(crate) fn reduce(args: &ReduceArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut crew = crew(&args.engines, roster)?;
    let tolerances = tolerances()?;
    let first = cases(&args.case)?.into_iter().find_map(|case| {
        let divergence = judge(&mut crew, &case, &tolerances).divergences.into_iter().next()?;
        Some((case, divergence))
    });
    let Some((case, divergence)) = first else {
        let message = format_args!("error: {}: the engines agree, so there is nothing to keep", args.case.case);
        return Err(Failure::new(Exit::Inconclusive, message));
    };
    let crews = Crews::like(&crew);
    let reduced = reduce_finding(&crews, &case, &divergence.signature, &tolerances, Budget::default());
    let about = divergence.signature.to_string();
    let expect = Expect { revision: case.revision, ..Expect::default() };
    let file = CaseFile::new(case.name.clone(), about, reduced.case, vec![expect]);
    out.write_all(format::evm::write(&file).as_bytes())?;
    let state = if reduced.complete { "nothing smaller is known" } else { "the budget was spent" };
    writeln!(out, "; {} proposals tried; {state}", reduced.tries)?;
    Ok(Exit::Ok)
}
