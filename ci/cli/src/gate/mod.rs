//! `gate`: what must hold before a change is let in, on data that is built in.
//!
//! Seven parts. Five on every engine, ours and others': the corpus, whose outcomes are recorded; the matrix of every
//! instruction with corner operands; generated cases at every gas edge; each engine beside itself on cases
//! that were changed in ways whose effect is known; and a campaign with a fixed seed. One on ours alone: sections
//! of code, each run by itself. One on compilers: what they make of the worst code that is known. Floors on the ledger
//! of the campaign make a gate red that tested nothing. Nothing is tolerated because it is known: a known finding is
//! named as such.

mod cost;
mod part;
mod relations;
mod sections;
mod seen;
mod sweep;

use crate::args::{GateArgs, PartName};
use crate::crew::{crew, tolerances};
use crate::exit::{Exit, Failure};
use crate::fuzz::pool;
use crate::guard;
use crate::known::known;
use crate::receipt;
use crate::roster::Roster;
use crate::run::fold;
use crate::source;
use api::Case;
use campaign::{Campaign, Ledger, Limits, News, Plan, Shard, State};
use format::CaseFile;
use r#gen::Mix;
use oracle::{Tolerances, judge};
use part::{Judged, Part, Stop, Tested, sum, word};
use rayon::prelude::*;
use reduce::{Budget, Crews};
use report::Suite;
use seen::{Nowhere, Seen};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The campaign of the gate.
const SEED: u64 = 1;
/// Its cases.
const CASES: u64 = 20_000;
/// Cases of the campaign that at least two engines must have run, in percent. revm refuses a few by design.
const JUDGED_PERCENT_MIN: u64 = 90;
/// Transactions that must end without a halt or rejection, in percent.
const RUN_PERCENT_MIN: u64 = 50;

/// Instructions of the sampled cases that an engine which compiles must run in compiled code, in percent. Sections that
/// halt are finished precisely, and in short cases they weigh much.
const COMPILED_PERCENT_MIN: u64 = 85;

/// Runs the gate, and writes its receipt if it was asked for.
pub(crate) fn gate(args: &GateArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (exit, receipt) = decide(args, roster, out)?;
    receipt::write(args.receipt.as_deref(), &receipt).map(|()| exit)
}

/// Runs the gate; gives its receipt too.
pub(crate) fn decide(args: &GateArgs, roster: Roster, out: &mut dyn Write) -> Result<(Exit, Value), Failure> {
    guard::start(args.limit.hang);
    let reports = [("--markdown", &args.markdown), ("--junit", &args.junit), ("--sarif", &args.sarif)];
    source::apart(&reports.map(|(flag, path)| (flag, path.as_deref())))?;
    let crews = Crews::like(&crew(&args.engines, roster)?);
    let names = crews.with(|crew| crew.names());
    let tolerances = tolerances()?;
    let (mut parts, mut shares) = (Vec::new(), String::new());
    let stop = Stop::new(args.first);
    let wants = |part| stop.goes_on() && (args.part.is_empty() || args.part.contains(&part));
    if wants(PartName::Corpus) {
        parts.push(recorded(&crews, &tolerances, &stop));
    }
    if wants(PartName::Matrix) {
        parts.push(matrix(&crews, &tolerances, &stop));
    }
    if wants(PartName::Sweep) {
        parts.push(sweep::sweep(&crews, &tolerances, &stop));
    }
    if wants(PartName::Relations) {
        parts.push(relations::relations(&crews, &stop));
    }
    if wants(PartName::Sections) {
        parts.extend(sections::sections(&names, args.part.contains(&PartName::Sections), &stop));
    }
    if wants(PartName::Cost) {
        parts.push(cost::cost(&stop));
    }
    if wants(PartName::Campaign) {
        let (campaign, floors, table) = generated(&crews, &names, &tolerances, &stop)?;
        (parts, shares) = (parts.into_iter().chain([campaign]).chain(floors).collect(), table);
    }
    let complete = stop.goes_on();
    // What was begun is up to the threads, so of what was not ended there is no digest.
    if !complete {
        parts.iter_mut().for_each(|part: &mut Part| part.digest = None);
    }
    let digests: Vec<_> = parts.iter().filter_map(|part| part.digest).collect();
    let digest = (!digests.is_empty()).then(|| fold(&digests).to_string());
    let n_failures: usize = parts.iter().map(|part| part.failures().count()).sum();
    let n_unknown: usize = parts.iter().map(|part| part.unknown().count()).sum();
    let n_cases: u64 = parts.iter().map(|part| part.n_cases).sum();
    let is_alone = names.len() < 2;
    let word = word(&parts, is_alone);
    let engines = names.join(", ");
    let end = match &digest {
        Some(digest) => format!("; digest {digest}"),
        None if complete => String::new(),
        None => ", ended at the first failure".to_owned(),
    };
    let verdict = format!("{word}: {n_cases} cases on {engines}; {n_failures} failed{end}");
    let json_parts = Value::Array(parts.iter().map(Part::json).collect());
    let result = json!({ "complete": complete, "parts": json_parts, "digest": digest });
    let receipt = receipt::of_gate(&names, result.clone(), roster);
    if args.json {
        let mut report = json!({ "engines": names });
        for (key, value) in result.as_object().into_iter().flatten() {
            report[key] = value.clone();
        }
        writeln!(out, "{report:#}")?;
    } else {
        for part in &parts {
            part.print(out)?;
        }
        writeln!(out, "{verdict}")?;
    }
    let suites: Vec<Suite> = parts.iter().map(Part::suite).collect();
    if args.annotations {
        write!(out, "{}", report::annotations(&suites))?;
    }
    // Each is written though another cannot be.
    let summary = || format!("{}{shares}", report::markdown(&verdict, &suites));
    let markdown = args.markdown.as_ref().map(|path| source::write(path, &summary()));
    let junit = args.junit.as_ref().map(|path| source::write(path, &report::junit("unanimous gate", &suites)));
    let sarif = args.sarif.as_ref().map(|path| source::write(path, &sarif(&suites)));
    for written in [markdown, junit, sarif].into_iter().flatten() {
        written?;
    }
    let exit = match (n_failures, n_unknown) {
        (1.., _) if fault::planted!(GateExit) => Exit::Ok,
        (1.., _) => Exit::Differs,
        (0, 1..) => Exit::Inconclusive,
        (0, 0) if is_alone && n_cases > 0 => Exit::Inconclusive,
        (0, 0) => Exit::Ok,
    };
    Ok((exit, receipt))
}

/// Suites as SARIF of this version of the command.
pub(crate) fn sarif(suites: &[Suite]) -> String {
    report::sarif("unanimous", env!("CARGO_PKG_VERSION"), suites)
}

/// The corpus: the judge gives what is recorded, and the others what the judge gives.
fn recorded(crews: &Crews, tolerances: &Tolerances, stop: &Stop) -> Part {
    let one = |(name, text): &(&str, &str)| match format::evm::read(text.as_bytes(), name) {
        Err(error) => vec![Judged { test: (*name).to_owned(), failures: vec![error.to_string()], ..Judged::default() }],
        Ok(file) => file
            .cases()
            .map(|(case, expect)| {
                let verdict = crews.with(|crew| judge(crew, &case, tolerances));
                let place = format!("{name} in {}", case.revision);
                let mut judged = Judged::of(place.clone(), &place, &verdict);
                if expect.exact.is_none() {
                    judged.failures.push(format!("{place}: nothing is recorded; bless it"));
                }
                let differences = verdict.outcome().map(|outcome| CaseFile::check(expect, outcome)).unwrap_or_default();
                let differences = if fault::planted!(GateExpectations) { Vec::new() } else { differences };
                judged.failures.extend(differences.iter().map(|difference| format!("{place}: {difference}")));
                judged
            })
            .collect(),
    };
    sum("corpus", stop.each(corpus::FILES.par_iter().chain(corpus::COSTS), one))
}

/// Every instruction with corner operands, constant and opaque.
fn matrix(crews: &Crews, tolerances: &Tolerances, stop: &Stop) -> Part {
    let one = |index: u64| {
        let case = r#gen::single::case(index);
        let verdict = crews.with(|crew| judge(crew, &case, tolerances));
        let place = format!("matrix {index}, {} in {}", case.name, case.revision);
        vec![Judged::of(case.name, &place, &verdict)]
    };
    sum("matrix", stop.each(0..r#gen::single::count(), one))
}

/// A campaign with a fixed seed, floors on what it did unless it ended at its first finding, and how much of it ran in
/// compiled code.
fn generated(
    crews: &Crews,
    names: &[String],
    tolerances: &Tolerances,
    stop: &Stop,
) -> Result<(Part, Option<Part>, String), Failure> {
    let (engines, profile) = (names.to_vec(), "gate".into());
    let plan = Plan { seed: SEED, cases: CASES, engines, profile, shard: Shard::WHOLE, every: BTreeMap::new() };
    let mix = Mix { pool: pool(), ..Mix::default() };
    let source = |index: u64| -> Case { mix.case(SEED, index) };
    let known = known(&[])?;
    let campaign = Campaign {
        plan: &plan,
        source: &source,
        crews: crews.with(|crew| Crews::like(crew)),
        tolerances,
        limits: Limits { reduction: Budget { tries_max: 0 }, findings_max: 0 },
        keeper: &Nowhere,
        known: &known,
        alive: &guard::task,
    };
    let seen = Seen::new(stop.is_at_first());
    let state = campaign.run(State::default(), &seen);
    let is_whole = state.ledger.cases() == CASES;
    // As in the other parts, one case of which nothing is known is enough to conclude nothing.
    let inconclusive = state.inconclusive_first.map(|first| {
        let n = state.ledger.inconclusive;
        let command = format!("unanimous generate --seed {SEED} {first}");
        let why = format!("campaign: {n} cases met a resource limit, the first is `{command}`");
        Tested { unknown: vec![why], ..Tested::new("limits of the harness") }
    });
    let families = r#gen::FAMILIES.iter().map(|row| row.name).chain([r#gen::mix::MUTANT]);
    let mut tests: Vec<Tested> = families.map(Tested::new).chain(inconclusive).collect();
    // How often is not known where the campaign did not go to its end.
    let found = state.found.iter().map(|(signature, found)| {
        (signature.clone(), (found.first_index, is_whole.then(|| format!("{} times, the first is", found.count))))
    });
    let mut found: BTreeMap<String, (u64, Option<String>)> = found.collect();
    for (signature, index) in seen.into_signatures() {
        found.entry(signature).or_insert((index, None));
    }
    stop.note(found.len());
    for (signature, (index, times)) in &found {
        let command = format!("unanimous generate --seed {SEED} {index}");
        let news = match known.news(signature) {
            News::New => String::new(),
            News::Open(name) => format!("known as {name}: "),
            News::Returned(name) => format!("{name} returned: "),
        };
        let times = times.as_deref().unwrap_or("seen at");
        let failure = format!("campaign: {news}{signature}: {times} `{command}`");
        // A case is named after its family, and one of an instruction after that too.
        let case = source(*index);
        let test = tests.iter_mut().find(|test| case.name.split(' ').next() == Some(&test.name));
        match test {
            Some(test) => test.failures.push(failure),
            None => tests.push(Tested { failures: vec![failure], ..Tested::new(case.name) }),
        }
    }
    let campaign = Part {
        name: "campaign",
        n_cases: state.ledger.cases(),
        n_compared: state.ledger.judged,
        tests,
        digest: is_whole.then(|| state.digest()),
    };
    let floors = || Part { name: "floors", tests: floors(&state.ledger, names.len() > 1), ..Part::default() };
    let floors = is_whole.then(floors);
    Ok((campaign, floors, shares(&state.ledger)))
}

/// A table in Markdown: how often each instruction was executed in the sampled cases, and how much of that in the compiled
/// code of each engine, in percent.
fn shares(ledger: &Ledger) -> String {
    if ledger.compiled.is_empty() {
        return String::new();
    }
    let engines = ledger.compiled.keys().map(|engine| format!("{engine}, %"));
    let head: Vec<String> = ["instruction", "executed"].map(str::to_owned).into_iter().chain(engines).collect();
    let row = |(name, executed): (&String, &u64)| {
        let compiled = ledger.compiled.values().map(|counts| counts.get(name).copied().unwrap_or(0));
        let percent = compiled.map(|compiled| (100 * compiled / (*executed).max(1)).to_string());
        [name.clone(), executed.to_string()].into_iter().chain(percent).collect()
    };
    report::table("In compiled code", &head, &ledger.instructions.iter().map(row).collect::<Vec<_>>())
}

/// What the ledger must show. A comparison needs two engines; with one there is nothing to ask of it.
fn floors(ledger: &Ledger, compares: bool) -> Vec<Tested> {
    let floor = |name: String, holds: bool, what: String| {
        let failures =
            if holds || fault::planted!(GateFloors) { Vec::new() } else { vec![format!("campaign: {what}")] };
        Tested { failures, ..Tested::new(name) }
    };
    let cases = ledger.cases().max(1);
    let missing = ledger.missing();
    let ran = |end: &str| !end.starts_with("halt") && !end.starts_with("rejected");
    let n_all: u64 = ledger.ends.values().sum();
    let n_ran: u64 = ledger.ends.iter().filter(|(end, _)| ran(end)).map(|(_, n)| n).sum();
    let mut floors = vec![
        floor(
            format!("{JUDGED_PERCENT_MIN} percent of the cases are compared"),
            !compares || ledger.judged * 100 >= cases * JUDGED_PERCENT_MIN,
            format!("only {} of {cases} cases were compared", ledger.judged),
        ),
        floor(
            "every instruction is executed".into(),
            missing.is_empty(),
            format!("never executed: {}", missing.join(" ")),
        ),
        floor(
            format!("{RUN_PERCENT_MIN} percent of the transactions run to their end"),
            n_ran * 100 >= n_all * RUN_PERCENT_MIN,
            format!("only {n_ran} of {n_all} transactions ran to their end"),
        ),
    ];
    for engine in ledger.compiled.keys() {
        let (compiled, executed) = ledger.compiled_share(engine);
        let never = ledger.never_compiled(engine);
        floors.push(floor(
            format!("{engine} runs {COMPILED_PERCENT_MIN} percent of the instructions in compiled code"),
            compiled * 100 >= executed * COMPILED_PERCENT_MIN,
            format!("{engine} ran only {compiled} of {executed} instructions in compiled code"),
        ));
        floors.push(floor(
            format!("{engine} runs every instruction in compiled code"),
            never.is_empty(),
            format!("{engine} never ran in compiled code: {}", never.join(" ")),
        ));
    }
    floors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn low(ledger: &Ledger, compares: bool) -> Vec<String> {
        floors(ledger, compares).into_iter().flat_map(|test| test.failures).collect()
    }

    #[test]
    fn a_ledger_that_tested_nothing_is_red() {
        assert_eq!(low(&Ledger::default(), true).len(), 2);
        let mut ledger = Ledger { judged: 100, ..Ledger::default() };
        ledger.ends.insert("return".into(), 60);
        ledger.ends.insert("halt: out of gas".into(), 40);
        ledger.instructions = spec::table::ROWS.iter().map(|row| (row.name.to_owned(), 1)).collect();
        assert_eq!(low(&ledger, true), Vec::<String>::new());
        ledger.alone = 50;
        assert_eq!(low(&ledger, true), ["campaign: only 100 of 150 cases were compared"]);
        assert_eq!(low(&ledger, false), Vec::<String>::new());
        assert_eq!(shares(&ledger), "");
        ledger.compiled.insert("jit".into(), ledger.instructions.clone());
        assert_eq!(low(&ledger, false), Vec::<String>::new());
        assert!(shares(&ledger).contains("\n| PUSH1 | 1 | 100 |\n"));
        let compiled = ledger.compiled.get_mut("jit").unwrap();
        compiled.retain(|name, _| !name.starts_with("PUSH"));
        let fallen = low(&ledger, false);
        assert_eq!(fallen[0], "campaign: jit ran only 117 of 150 instructions in compiled code");
        assert!(shares(&ledger).contains("\n| PUSH1 | 1 | 0 |\n"));
        assert!(fallen[1].starts_with("campaign: jit never ran in compiled code: PUSH0 PUSH1 PUSH10 "), "{fallen:?}");
        ledger.compiled.clear();
        ledger.instructions.remove("CLZ");
        ledger.ends.insert("rejected: nonce too low".into(), 60);
        let low = low(&ledger, false);
        assert_eq!(low[0], "campaign: never executed: CLZ");
        assert_eq!(low[1], "campaign: only 60 of 160 transactions ran to their end");
    }
}
