//! The verdict: what each engine came to, and every pair that parts.

use crate::compare::{Difference, Level, Part, compare};
use crate::crew::{Crew, Ran};
use crate::tolerance::Tolerances;
use api::{Case, End, Halt, Outcome, TxOutcome, Watch};
use std::fmt;

/// What a case came to on a crew. The first engine that has an outcome is the judge.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Name of each engine and what it came to, in the order of the crew.
    pub runs: Vec<(String, Ran)>,
    /// Engines that part from the judge or crashed, and how; tolerated differences are left out.
    pub divergences: Vec<Divergence>,
    /// Differences that a tolerance explains.
    pub tolerated: u64,
}

/// An engine that parts from the judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The judge.
    pub judge: String,
    /// The engine that parts from it, or crashed.
    pub engine: String,
    /// What differs; empty if it crashed.
    pub differences: Vec<Difference>,
    /// How it crashed.
    pub crash: Option<String>,
    /// What groups it with others of its kind.
    pub signature: Signature,
}

/// What makes two divergences the same finding: who, in which part first, and how both sides ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// The engine that parts.
    pub engine: String,
    /// The first part that differs, in the order of [`Part`]; none for a crash.
    pub part: Option<Part>,
    /// How the transaction concerned ended on the judge and on the engine, or the start of the crash message.
    pub ends: String,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.part.map_or("crash", Part::name);
        write!(f, "{}: {part}: {}", self.engine, self.ends)
    }
}

impl Verdict {
    /// The judge's outcome.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.runs.iter().find_map(|(_, ran)| ran.outcome())
    }

    /// Whether an engine reached a resource limit: nothing is known of what it would have come to.
    pub fn is_inconclusive(&self) -> bool {
        self.runs.iter().any(|(_, ran)| matches!(ran, Ran::Limit(_)))
    }

    /// How many engines gave an outcome.
    pub fn n_outcomes(&self) -> usize {
        self.runs.iter().filter(|(_, ran)| ran.outcome().is_some()).count()
    }

    /// Whether at least two engines gave an outcome, none reached a limit and none parts.
    pub fn is_unanimous(&self) -> bool {
        self.divergences.is_empty() && !self.is_inconclusive() && self.n_outcomes() > 1
    }
}

/// Runs a case on every engine of a crew, everything recorded, and compares each with the judge.
///
/// An engine that reached a resource limit has no outcome to compare. Beside an outcome of its own family that is a
/// divergence, since they have their limits in common; beside another's it leaves the case inconclusive.
pub fn judge(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> Verdict {
    judge_some(crew, case, tolerances, |_| true)
}

/// The same for the engines that take part, which are asked for by name.
pub fn judge_some(crew: &mut Crew, case: &Case, tolerances: &Tolerances, takes_part: impl Fn(&str) -> bool) -> Verdict {
    let mut runs: Vec<(String, Ran)> = Vec::with_capacity(crew.len());
    for i in 0..crew.len() {
        let name = crew.name(i).to_owned();
        let ran = if takes_part(&name) { crew.run(i, case, Watch::exact()) } else { Ran::Absent };
        runs.push((name, ran));
    }
    let mut verdict = Verdict::default();
    let judge_at = runs.iter().position(|(_, ran)| ran.outcome().is_some());
    let judge = judge_at.map(|at| &runs[at]);
    for (i, (engine, ran)) in runs.iter().enumerate() {
        match (ran, judge) {
            (Ran::Crash(_), _) if fault::planted!(OracleCrash) => {}
            (Ran::Crash(crash), _) => {
                let judge = judge.map_or_else(String::new, |(name, _)| name.clone());
                verdict.divergences.push(crashed(judge, engine, crash));
            }
            (Ran::Outcome(outcome), Some((judge, Ran::Outcome(expected)))) if Some(i) != judge_at => {
                let mut differences = compare(expected, outcome);
                let before = differences.len();
                if before > 0 {
                    let families = [judge_at.unwrap_or(i), i].map(|at| crew.family(at));
                    differences.retain(|difference| !tolerances.explains(&families, case, expected, difference));
                }
                verdict.tolerated += (before - differences.len()) as u64;
                if !differences.is_empty() {
                    let signature = signature(engine, &differences, expected, outcome);
                    let (judge, engine) = (judge.clone(), engine.clone());
                    verdict.divergences.push(Divergence { judge, engine, differences, crash: None, signature });
                }
            }
            // Limits are looked at below; who does not support a case says nothing about it.
            _ => {}
        }
    }
    verdict.divergences.extend(limits(crew, &runs));
    verdict.runs = runs;
    verdict
}

/// Engines that reached a limit where the first of their family with an outcome did not.
fn limits(crew: &mut Crew, runs: &[(String, Ran)]) -> Vec<Divergence> {
    let mut found = Vec::new();
    for (i, (engine, ran)) in runs.iter().enumerate() {
        let Ran::Limit(limit) = ran else { continue };
        let family = crew.family(i);
        let other = (0..runs.len()).find(|at| runs[*at].1.outcome().is_some() && crew.family(*at) == family);
        let Some((at, outcome)) = other.and_then(|at| Some((at, runs[at].1.outcome()?))) else { continue };
        let is_precise = crew.take_compiled(i).is_none() && crew.take_compiled(at).is_some();
        if is_precise && may_be_mid_section(limit, outcome) {
            continue;
        }
        let end = outcome.transactions.first().map_or_else(|| "nothing".into(), end_of);
        let difference = Difference {
            transaction: None,
            part: Part::Limit,
            place: String::new(),
            left: format!("an outcome: {end}"),
            right: limit.clone(),
        };
        found.push(Divergence {
            judge: runs[at].0.clone(),
            engine: engine.clone(),
            differences: vec![difference],
            crash: None,
            signature: Signature { engine: engine.clone(), part: Some(Part::Limit), ends: format!("{end} / limit") },
        });
    }
    found
}

/// Whether compiled code may have halted before precise execution reached the limit of memory: gas of a whole section is
/// taken at its head, see "A resource limit in mid-section" in engines/ARCHITECTURE.md.
fn may_be_mid_section(limit: &str, outcome: &Outcome) -> bool {
    let exact = outcome.transactions.iter().filter_map(|transaction| transaction.receipt()?.exact.known());
    let mut ends = exact.flat_map(|exact| &exact.frames).map(|frame| frame.end);
    limit.contains("bytes of memory") && ends.any(|end| end == End::Halt(Halt::OutOfGas))
}

fn crashed(judge: String, engine: &str, crash: &str) -> Divergence {
    let ends = crash.chars().take(80).map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    Divergence {
        judge,
        engine: engine.to_owned(),
        differences: Vec::new(),
        crash: Some(crash.to_owned()),
        signature: Signature { engine: engine.to_owned(), part: None, ends },
    }
}

fn signature(engine: &str, differences: &[Difference], left: &Outcome, right: &Outcome) -> Signature {
    let consensus = differences.iter().filter(|difference| difference.part.level() == Level::Consensus);
    // What consensus sees names the finding if it sees anything.
    let first = consensus.min_by_key(|difference| difference.part).or_else(|| differences.first());
    let transaction = first.and_then(|difference| difference.transaction).unwrap_or(0) as usize;
    let end = |outcome: &Outcome| outcome.transactions.get(transaction).map_or_else(|| "nothing".into(), end_of);
    Signature {
        engine: engine.to_owned(),
        part: first.map(|difference| difference.part),
        ends: format!("{} / {}", end(left), end(right)),
    }
}

/// How a transaction ended, as exactly as the engine can say.
fn end_of(outcome: &TxOutcome) -> String {
    match outcome {
        TxOutcome::Rejected(why) => format!("rejected: {why}"),
        TxOutcome::Executed(receipt) => match receipt.exact.known() {
            Some(exact) => exact.end.to_string(),
            None if receipt.success => "success".into(),
            None => "failure".into(),
        },
    }
}
