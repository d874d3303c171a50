//! `zoo`: which layer of the harness notices which seeded fault.

use crate::args::ZooArgs;
use crate::exit::{Exit, Failure};
use crate::source;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use zoo::{Attempt, Blind, Blinded, Broken, Came, Class, Fault, LAYERS, Layer, Plan, Score, Setup, Survivors};

/// Plants the faults that were asked for.
pub(crate) fn zoo(args: &ZooArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let faults = chosen(&args.faults, args.every)?;
    if args.list {
        for fault in &faults {
            writeln!(out, "{:<24} {:<9} {:<21} {}", fault.name, fault.place, fault.class.name(), fault.what)?;
        }
        writeln!(out, "{} faults", faults.len())?;
        return Ok(Exit::Ok);
    }
    if !zoo::SEEDED {
        let what =
            "this program was built without faults; build it with them: cargo run --release --features zoo -- zoo";
        return Err(Failure::new(Exit::BadInput, format_args!("error: {what}")));
    }
    let mut plan = plan(args, faults)?;
    let mut blind = Vec::new();
    if let Some(path) = &args.only {
        (plan.pairs, blind) = pairs(path)?;
        plan.layers = LAYERS.iter().collect();
        plan.faults = plan.pairs.iter().map(|(fault, _)| *fault).collect();
        plan.layers.retain(|layer| plan.pairs.iter().any(|(_, by)| by.name == layer.name));
    }
    let survivors = Survivors::own().map_err(|bad| Failure::new(Exit::Internal, format_args!("error: {bad}")))?;
    let told = |attempt: &Attempt| {
        let line = format!("{:<24} {:<9} {}", attempt.fault, attempt.layer, came_to(attempt));
        // Progress is for people; nothing can be done about a standard error that is closed.
        let _ = writeln!(anstream::stderr(), "{line}");
    };
    let score = zoo::run(&plan, &told, &|| true).map_err(|broken| {
        let exit = if let Broken::Red(_) = broken { Exit::Inconclusive } else { Exit::BadInput };
        Failure::new(exit, format_args!("error: {broken}"))
    })?;
    report(args, &score, &survivors, &zoo::blinded(&blind, &plan.setup), out)
}

fn came_to(attempt: &Attempt) -> String {
    let word = match attempt.came {
        Came::Noticed { .. } => "noticed",
        Came::TookTooLong => "took too long",
        Came::Missed => "missed",
        Came::Skipped => "skipped",
    };
    format!("{word} after {} ms: {}", attempt.millis, attempt.said)
}

/// The faults whose name, place or class was given.
fn chosen(names: &[String], every: usize) -> Result<Vec<&'static Fault>, Failure> {
    let is = |fault: &Fault, name: &str| fault.name == name || fault.place == name || fault.class.name() == name;
    for name in names {
        if !::fault::table::all().any(|fault| is(fault, name)) {
            let what = "no fault, place or class of faults; `unanimous zoo --list` shows them";
            return Err(Failure::new(Exit::BadInput, format_args!("error: `{name}`: {what}")));
        }
    }
    let wanted = |fault: &&Fault| names.is_empty() || names.iter().any(|name| is(fault, name));
    Ok(::fault::table::all().filter(wanted).step_by(every.max(1)).collect())
}

/// Faults and the layer that must notice each; and rows with a comparator, without which the layer must not.
fn pairs(path: &Path) -> Result<(Vec<Pair>, Vec<Blind>), Failure> {
    let bad = |what: &str| Failure::new(Exit::BadInput, format_args!("error: {}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| bad(&error.to_string()))?;
    let rows =
        text.lines().map(|line| line.split('#').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>());
    let (mut pairs, mut blind) = (Vec::new(), Vec::new());
    for row in rows.filter(|row| !row.is_empty()) {
        let pair = || Some((zoo::find(row.first()?)?, Layer::named(row.get(1)?)?));
        match (row.len(), pair(), row.get(2).and_then(|name| comparator(name))) {
            (2, Some(pair), _) => pairs.push(pair),
            (3, Some((fault, layer)), Some(without)) => blind.push((fault, layer, without)),
            _ => {
                let what = "is no fault and layer, nor these and a fault of the harness";
                return Err(bad(&format!("`{}` {what}; `unanimous zoo --list` shows them", row.join(" "))));
            }
        }
    }
    Ok((pairs, blind))
}

type Pair = (&'static Fault, &'static Layer);

/// The fault of the harness of a name.
fn comparator(name: &str) -> Option<&'static Fault> {
    zoo::find(name).filter(|fault| fault.class == Class::Harness)
}

fn plan(args: &ZooArgs, faults: Vec<&'static Fault>) -> Result<Plan, Failure> {
    let named = |name: &String| {
        Layer::named(name).ok_or_else(|| {
            let known: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
            Failure::new(Exit::BadInput, format_args!("error: `{name}` is no layer; known are: {}", known.join(", ")))
        })
    };
    let layers = match args.layers.is_empty() {
        true => LAYERS.iter().filter(|layer| layer.standing).collect(),
        false => args.layers.iter().map(named).collect::<Result<_, _>>()?,
    };
    let without = match &args.without {
        None => None,
        Some(name) => Some(comparator(name).ok_or_else(|| {
            let what = "no fault of the harness; `unanimous zoo harness --list` shows them";
            Failure::new(Exit::BadInput, format_args!("error: --without {name}: {what}"))
        })?),
    };
    let command = std::env::current_exe()
        .map_err(|error| Failure::new(Exit::Internal, format_args!("error: this program is nowhere: {error}")))?;
    let words = |text: &String| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
    let given = args.test.iter().chain(&args.libfuzzer).chain(&args.aarch64);
    if given.map(words).any(|command| command.is_empty()) {
        let what = "an empty command; --test, --libfuzzer and --aarch64 take a program and what it is given";
        return Err(Failure::new(Exit::BadInput, format_args!("error: {what}")));
    }
    let setup = Setup {
        command,
        aarch64: args.aarch64.as_ref().map(words),
        tests: args.test.iter().map(words).collect(),
        fuzzers: args.libfuzzer.iter().map(words).collect(),
        fixtures: args.fixtures.clone(),
        limit: Duration::from_secs(args.time),
        cases: args.cases,
        without,
    };
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or_else(cores, usize::from);
    Ok(Plan { faults, layers, pairs: Vec::new(), setup, jobs, first_kill: args.first, store: args.out.clone() })
}

fn report(
    args: &ZooArgs,
    score: &Score,
    survivors: &Survivors,
    blinded: &[Blinded],
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let mut complaints = score.complaints(survivors);
    let wrong: Vec<String> = blinded.iter().filter_map(|row| row.wrong.clone()).collect();
    complaints.extend_from_slice(&wrong);
    if args.only.is_some() {
        // Whoever names a layer for a fault expects it to run.
        complaints.extend(
            score.untried().iter().map(|fault| format!("{} was not tried by the layer named for it", fault.name)),
        );
    }
    if args.json {
        let mut json = score.json();
        json["switched_off"] = blinded.iter().map(Blinded::json).collect();
        writeln!(out, "{json:#}")?;
    } else {
        for fault in score.survivors() {
            let reason = survivors.reason(fault.name).unwrap_or("NO REASON");
            writeln!(out, "SURVIVES {}: {}: {reason}", fault.name, fault.what)?;
        }
        for complaint in &complaints {
            writeln!(out, "FAILED   {complaint}")?;
        }
        if !blinded.is_empty() {
            let (n_rows, n_needed) = (blinded.len(), blinded.len() - wrong.len());
            writeln!(out, "switched off, {n_needed} of {n_rows} comparators hide what they alone show")?;
        }
        writeln!(out, "{}", zoo::summary(score))?;
    }
    if let Some(path) = &args.markdown {
        source::write(path, &zoo::markdown(score, survivors))?;
    }
    if let Some(path) = &args.html {
        source::write(path, &zoo::page(score, survivors))?;
    }
    Ok(match (complaints.is_empty(), score.tried().next().is_some() || !blinded.is_empty()) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}
