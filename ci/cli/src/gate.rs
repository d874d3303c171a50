//! `gate`: what must hold before a change is let in, on data that is built in.
//!
//! Three parts, each on every engine, ours and others': the corpus, whose outcomes are recorded; the matrix of every
//! instruction with corner operands; and a campaign with a fixed seed. Floors on the ledger of the campaign make a
//! gate red that tested nothing.

use crate::args::{EngineList, GateArgs};
use crate::corpus;
use crate::crew::{crew, tolerances};
use crate::exit::{Exit, Failure};
use crate::fuzz::pool;
use crate::guard;
use crate::known::known;
use crate::roster::Roster;
use crate::run::fold;
use alloy_primitives::B256;
use api::{Case, digest};
use campaign::{Campaign, Evidence, Keeper, Ledger, Limits, Plan, Progress, State};
use format::CaseFile;
use r#gen::Mix;
use oracle::{Ran, Tolerances, Verdict, judge};
use rayon::prelude::*;
use reduce::{Budget, Crews};
use serde_json::json;
use std::io::Write;

/// The campaign of the gate.
const SEED: u64 = 1;
/// Its cases.
const CASES: u64 = 20_000;
/// Cases of the campaign that at least two engines must have run, in percent. revm refuses a few by design.
const JUDGED_PERCENT_MIN: u64 = 90;
/// Transactions that must end without a halt or rejection, in percent.
const RUN_PERCENT_MIN: u64 = 50;

/// What a part of the gate came to.
#[derive(Debug, Default)]
struct Part {
    name: &'static str,
    n_cases: u64,
    n_compared: u64,
    failures: Vec<String>,
    inconclusive: Vec<String>,
    digest: B256,
}

/// Runs the gate.
pub(crate) fn gate(args: &GateArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let crews = Crews::like(&crew(&args.engines, roster)?);
    let names = crews.with(|crew| crew.names());
    let tolerances = tolerances()?;
    let parts = [
        recorded(&crews, &tolerances),
        matrix(&crews, &tolerances),
        generated(&args.engines, roster, &names, &tolerances)?,
    ];
    for part in &parts {
        if !args.json {
            print(out, part)?;
        }
    }
    let digest = fold(&parts.iter().map(|part| part.digest).collect::<Vec<_>>());
    let n_failures: usize = parts.iter().map(|part| part.failures.len()).sum();
    let n_inconclusive: usize = parts.iter().map(|part| part.inconclusive.len()).sum();
    let n_cases: u64 = parts.iter().map(|part| part.n_cases).sum();
    if args.json {
        let parts = parts.iter().map(|part| {
            json!({
                "name": part.name, "cases": part.n_cases, "compared": part.n_compared, "failures": part.failures,
                "inconclusive": part.inconclusive, "digest": part.digest.to_string(),
            })
        });
        let report = json!({ "engines": names, "parts": parts.collect::<Vec<_>>(), "digest": digest.to_string() });
        writeln!(out, "{report:#}")?;
    } else {
        let verdict = if n_failures == 0 { "unanimous" } else { "NOT UNANIMOUS" };
        let engines = names.join(", ");
        writeln!(out, "{verdict}: {n_cases} cases on {engines}; {n_failures} failed; digest {digest}")?;
    }
    Ok(match (n_failures, n_inconclusive) {
        (1.., _) => Exit::Differs,
        (0, 1..) => Exit::Inconclusive,
        (0, 0) => Exit::Ok,
    })
}

fn print(out: &mut dyn Write, part: &Part) -> Result<(), Failure> {
    for failure in &part.failures {
        writeln!(out, "FAILED  {failure}")?;
    }
    for why in &part.inconclusive {
        writeln!(out, "UNKNOWN {why}")?;
    }
    let Part { name, n_cases, n_compared, failures, digest, .. } = part;
    writeln!(
        out,
        "{name:<9} {n_cases:>6} cases, {n_compared:>6} compared, {} failed; digest {digest}",
        failures.len()
    )?;
    Ok(())
}

/// What a single case adds to a part.
#[derive(Default)]
struct Judged {
    compared: bool,
    failures: Vec<String>,
    limits: Vec<String>,
    digest: Option<B256>,
}

impl Judged {
    fn of(place: &str, verdict: &Verdict) -> Judged {
        let crashed_or_differs =
            verdict.divergences.iter().map(|divergence| format!("{place}: {}", divergence.signature));
        let limits = verdict.runs.iter().filter_map(|(engine, ran)| match ran {
            Ran::Limit(what) => Some(format!("{place}: {engine}: {what}")),
            _ => None,
        });
        Judged {
            compared: verdict.runs.iter().filter(|(_, ran)| ran.outcome().is_some()).count() > 1,
            failures: crashed_or_differs.collect(),
            limits: limits.collect(),
            digest: verdict.outcome().and_then(|outcome| digest::exact(outcome).or(digest::consensus(outcome)).ok()),
        }
    }
}

fn sum(name: &'static str, judged: Vec<Judged>) -> Part {
    let mut part = Part { name, n_cases: judged.len() as u64, ..Part::default() };
    let mut digests = Vec::new();
    for one in judged {
        part.n_compared += u64::from(one.compared);
        part.failures.extend(one.failures);
        part.inconclusive.extend(one.limits);
        digests.extend(one.digest);
    }
    if part.n_cases == 0 {
        part.inconclusive.push(format!("{name}: there is nothing to test"));
    }
    part.digest = fold(&digests);
    part
}

/// The corpus: the judge gives what is recorded, and the others what the judge gives.
fn recorded(crews: &Crews, tolerances: &Tolerances) -> Part {
    let judged: Vec<Vec<Judged>> = corpus::FILES
        .par_iter()
        .map(|(name, text)| match format::evm::read(text.as_bytes(), name) {
            Err(error) => vec![Judged { failures: vec![error.to_string()], ..Judged::default() }],
            Ok(file) => file
                .cases()
                .map(|(case, expect)| {
                    let verdict = crews.with(|crew| judge(crew, &case, tolerances));
                    let place = format!("{name} in {}", case.revision);
                    let mut judged = Judged::of(&place, &verdict);
                    if expect.exact.is_none() {
                        judged.failures.push(format!("{place}: nothing is recorded; bless it"));
                    }
                    let differences =
                        verdict.outcome().map(|outcome| CaseFile::check(expect, outcome)).unwrap_or_default();
                    judged.failures.extend(differences.iter().map(|difference| format!("{place}: {difference}")));
                    judged
                })
                .collect(),
        })
        .collect();
    sum("corpus", judged.into_iter().flatten().collect())
}

/// Every instruction with corner operands, constant and opaque.
fn matrix(crews: &Crews, tolerances: &Tolerances) -> Part {
    let one = |index: u64| {
        let case = r#gen::single::case(index);
        let verdict = crews.with(|crew| judge(crew, &case, tolerances));
        Judged::of(&format!("matrix {index}, {} in {}", case.name, case.revision), &verdict)
    };
    sum("matrix", (0..r#gen::single::count()).into_par_iter().map(one).collect())
}

/// A campaign with a fixed seed, and floors on what it did.
fn generated(engines: &EngineList, roster: Roster, names: &[String], tolerances: &Tolerances) -> Result<Part, Failure> {
    let plan = Plan { seed: SEED, cases: CASES, engines: names.to_vec(), profile: "gate".into() };
    let mix = Mix { pool: pool(), ..Mix::default() };
    let source = |index: u64| -> Case { mix.case(SEED, index) };
    let known = known(&[])?;
    let campaign = Campaign {
        plan: &plan,
        source: &source,
        crews: Crews::like(&crew(engines, roster)?),
        tolerances,
        limits: Limits { reduction: Budget { tries_max: 0 }, findings_max: 0 },
        keeper: &Nowhere,
        known: &known,
        alive: &guard::task,
    };
    let state = campaign.run(State::default(), &ToTheEnd);
    let found = state.found.iter().map(|(signature, found)| {
        let command = format!("unanimous generate --seed {SEED} {}", found.first_index);
        format!("campaign: {signature}: {} times, the first is `{command}`", found.count)
    });
    let mut failures: Vec<String> = found.collect();
    failures.extend(floors(&state.ledger, names.len() > 1));
    Ok(Part {
        name: "campaign",
        n_cases: state.ledger.cases(),
        n_compared: state.ledger.judged,
        failures,
        inconclusive: Vec::new(),
        digest: state.digest,
    })
}

/// What the ledger lacks. A comparison needs two engines; with one there is nothing to ask of it.
fn floors(ledger: &Ledger, compares: bool) -> Vec<String> {
    let mut low = Vec::new();
    let cases = ledger.cases().max(1);
    if compares && ledger.judged * 100 < cases * JUDGED_PERCENT_MIN {
        low.push(format!("campaign: only {} of {cases} cases were compared", ledger.judged));
    }
    let missing = ledger.missing();
    if !missing.is_empty() {
        low.push(format!("campaign: never executed: {}", missing.join(" ")));
    }
    let ran = |end: &str| !end.starts_with("halt") && !end.starts_with("rejected");
    let n_all: u64 = ledger.ends.values().sum();
    let n_ran: u64 = ledger.ends.iter().filter(|(end, _)| ran(end)).map(|(_, n)| n).sum();
    if n_ran * 100 < n_all * RUN_PERCENT_MIN {
        low.push(format!("campaign: only {n_ran} of {n_all} transactions ran to their end"));
    }
    low
}

/// The gate keeps no evidence: the case can be generated again.
struct Nowhere;

impl Keeper for Nowhere {
    fn keep(&self, _: &Evidence) -> Result<String, String> {
        Err("the gate keeps nothing".into())
    }
}

struct ToTheEnd;

impl Progress for ToTheEnd {
    fn go_on(&self, _: &State) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_tested_nothing_is_red() {
        assert_eq!(floors(&Ledger::default(), true).len(), 2);
        let mut ledger = Ledger { judged: 100, ..Ledger::default() };
        ledger.ends.insert("return".into(), 60);
        ledger.ends.insert("halt: out of gas".into(), 40);
        ledger.instructions = spec::table::ROWS.iter().map(|row| (row.name.to_owned(), 1)).collect();
        assert_eq!(floors(&ledger, true), Vec::<String>::new());
        ledger.alone = 50;
        assert_eq!(floors(&ledger, true), ["campaign: only 100 of 150 cases were compared"]);
        assert_eq!(floors(&ledger, false), Vec::<String>::new());
        ledger.instructions.remove("CLZ");
        ledger.ends.insert("rejected: nonce too low".into(), 60);
        let low = floors(&ledger, false);
        assert_eq!(low[0], "campaign: never executed: CLZ");
        assert_eq!(low[1], "campaign: only 60 of 160 transactions ran to their end");
    }
}
