//! The ledger: what a campaign really did. A run that tested nothing must be seen to have tested nothing.

use crate::pairs::Pairs;
use api::outcome::{Outcome, TxOutcome};
use api::{Case, Counts, Frame, Observer, Step};
use oracle::{Ran, Verdict};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A campaign in which more than one case in so many met a resource limit concludes nothing. Generated cases hardly ever
/// have the gas for it, so more than that is an engine that gives up or cases that are not worth their time.
pub const INCONCLUSIVE_ONE_IN: u64 = 1000;

/// Counts of a campaign. Everything is a sum, so ledgers add up in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Cases that at least two engines ran to an outcome.
    pub judged: u64,
    /// Cases that fewer than two engines could run.
    pub alone: u64,
    /// Cases in which an engine reached a resource limit.
    pub inconclusive: u64,
    /// Runs that ended at a resource limit, per engine.
    pub limits: BTreeMap<String, u64>,
    /// Runs refused per engine, because it cannot run the case.
    pub unsupported: BTreeMap<String, u64>,
    /// Transactions, by how they ended.
    pub ends: BTreeMap<String, u64>,
    /// Cases per revision.
    pub revisions: BTreeMap<String, u64>,
    /// Differences that a tolerance explained.
    pub tolerated: u64,
    /// Cases whose instructions were counted.
    pub sampled: u64,
    /// Instructions of the sampled cases, by name.
    pub instructions: BTreeMap<String, u64>,
    /// Which of them ran right after which.
    pub pairs: Pairs,
    /// Of the instructions, what ran in compiled code, by engine and name; engines that compile nothing have no entry.
    pub compiled: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Ledger {
    /// Adds a case.
    pub(crate) fn add(&mut self, case: &Case, verdict: &Verdict) {
        let n_outcomes = verdict.runs.iter().filter(|(_, ran)| ran.outcome().is_some()).count();
        if n_outcomes > usize::from(!fault::planted!(LedgerAlone)) {
            self.judged += 1;
        } else {
            self.alone += 1;
        }
        self.inconclusive += u64::from(verdict.is_inconclusive());
        for (engine, ran) in &verdict.runs {
            match ran {
                Ran::Limit(_) => *self.limits.entry(engine.clone()).or_default() += 1,
                Ran::Unsupported(_) => *self.unsupported.entry(engine.clone()).or_default() += 1,
                Ran::Outcome(_) | Ran::Crash(_) | Ran::Absent => {}
            }
        }
        *self.revisions.entry(case.revision.name().to_owned()).or_default() += 1;
        self.tolerated += verdict.tolerated;
        if let Some(outcome) = verdict.outcome() {
            self.add_ends(outcome);
        }
    }

    fn add_ends(&mut self, outcome: &Outcome) {
        for transaction in &outcome.transactions {
            let end = match transaction {
                TxOutcome::Rejected(why) => format!("rejected: {why}"),
                TxOutcome::Executed(receipt) => match receipt.exact.known() {
                    Some(exact) => exact.end.to_string(),
                    None => (if receipt.success { "success" } else { "failure" }).to_owned(),
                },
            };
            *self.ends.entry(end).or_default() += 1;
        }
    }

    /// Adds the instructions of a sampled case.
    pub(crate) fn add_sample(&mut self, counted: &Counter) {
        self.sampled += 1;
        add_counts(&mut self.instructions, &counted.counts);
        self.pairs.merge(&counted.pairs);
    }

    /// Adds what an engine ran of a sampled case in compiled code.
    pub(crate) fn add_compiled(&mut self, engine: &str, counts: &Counts) {
        let own = self.instructions.clone();
        let compiled = self.compiled.entry(engine.to_owned()).or_default();
        if fault::planted!(LedgerCompiled) {
            *compiled = own;
            return;
        }
        add_counts(compiled, counts);
    }

    /// Instructions that an engine ran in compiled code, of all that were executed.
    pub fn compiled_share(&self, engine: &str) -> (u64, u64) {
        let compiled = self.compiled.get(engine).map_or(0, |counts| counts.values().sum());
        (compiled, self.instructions.values().sum())
    }

    /// Instructions that were executed, but never in the compiled code of this engine.
    pub fn never_compiled(&self, engine: &str) -> Vec<&str> {
        let Some(compiled) = self.compiled.get(engine) else { return Vec::new() };
        self.instructions.keys().filter(|name| !compiled.contains_key(*name)).map(String::as_str).collect()
    }

    /// Adds another ledger.
    pub fn merge(&mut self, other: &Ledger) {
        self.judged += other.judged;
        self.alone += other.alone;
        self.inconclusive += other.inconclusive;
        self.tolerated += other.tolerated;
        self.sampled += other.sampled;
        for (mine, theirs) in self.maps_mut().into_iter().zip(other.maps()) {
            add(mine, theirs);
        }
        self.pairs.merge(&other.pairs);
        for (engine, theirs) in &other.compiled {
            add(self.compiled.entry(engine.clone()).or_default(), theirs);
        }
    }

    fn maps(&self) -> [&BTreeMap<String, u64>; 5] {
        [&self.limits, &self.unsupported, &self.ends, &self.revisions, &self.instructions]
    }

    fn maps_mut(&mut self) -> [&mut BTreeMap<String, u64>; 5] {
        [&mut self.limits, &mut self.unsupported, &mut self.ends, &mut self.revisions, &mut self.instructions]
    }

    /// Cases in all.
    pub fn cases(&self) -> u64 {
        self.judged + self.alone
    }

    /// Whether so few cases met a resource limit that the others speak for all.
    pub fn is_conclusive(&self) -> bool {
        u128::from(self.inconclusive) * u128::from(INCONCLUSIVE_ONE_IN) <= u128::from(self.cases())
    }

    /// Instructions of the table that no sampled case executed.
    pub fn missing(&self) -> Vec<&'static str> {
        let names = spec::table::ROWS.iter().map(|row| row.name);
        names.filter(|name| !self.instructions.contains_key(*name)).collect()
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let map =
            |map: &BTreeMap<String, u64>| map.iter().map(|(k, v)| (k.clone(), (*v).into())).collect::<Map<_, _>>();
        let compiled: Map<_, _> =
            self.compiled.iter().map(|(engine, counts)| (engine.clone(), map(counts).into())).collect();
        json!({
            "judged": self.judged, "alone": self.alone, "inconclusive": self.inconclusive,
            "tolerated": self.tolerated, "sampled": self.sampled, "limits": map(&self.limits), "unsupported": map(&self.unsupported),
            "ends": map(&self.ends), "revisions": map(&self.revisions), "instructions": map(&self.instructions),
            "pairs": self.pairs.to_hex(), "compiled": compiled,
        })
    }

    /// From JSON; `None` if it is not a ledger.
    pub fn from_json(value: &Value) -> Option<Ledger> {
        let number = |key: &str| value.get(key)?.as_u64();
        let counts = |value: &Value| {
            let entries = value.as_object()?.iter();
            entries.map(|(name, n)| Some((name.clone(), n.as_u64()?))).collect::<Option<BTreeMap<_, _>>>()
        };
        let map = |key: &str| counts(value.get(key)?);
        let compiled = value.get("compiled")?.as_object()?.iter();
        Some(Ledger {
            judged: number("judged")?,
            alone: number("alone")?,
            inconclusive: number("inconclusive")?,
            tolerated: number("tolerated")?,
            sampled: number("sampled")?,
            limits: map("limits")?,
            unsupported: map("unsupported")?,
            ends: map("ends")?,
            revisions: map("revisions")?,
            instructions: map("instructions")?,
            pairs: Pairs::from_hex(value.get("pairs")?.as_str()?)?,
            compiled: compiled.map(|(engine, value)| Some((engine.clone(), counts(value)?))).collect::<Option<_>>()?,
        })
    }
}

fn add(sum: &mut BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) {
    for (name, n) in counts {
        *sum.entry(name.clone()).or_default() += n;
    }
}

fn add_counts(sum: &mut BTreeMap<String, u64>, counts: &Counts) {
    for row in spec::table::ROWS {
        let n = counts[row.opcode as usize];
        if n > 0 {
            *sum.entry(row.name.to_owned()).or_default() += n;
        }
    }
}

/// Counts instructions.
pub(crate) struct Counter {
    counts: Counts,
    pairs: Pairs,
    /// The frame and the instruction before.
    last: Option<(u32, u8)>,
}

impl Default for Counter {
    fn default() -> Self {
        Counter { counts: [0; 256], pairs: Pairs::default(), last: None }
    }
}

impl Observer for Counter {
    fn step(&mut self, step: &Step, frame: &Frame) {
        self.counts[step.opcode as usize] += 1;
        // Numbers of frames begin again with every transaction, and every frame begins at 0.
        if let Some((id, before)) = self.last
            && id == frame.id
            && frame.pc != 0
        {
            self.pairs.note(before, step.opcode);
        }
        self.last = Some((frame.id, step.opcode));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_is_what_an_engine_says() {
        let instructions = BTreeMap::from([("ADD".to_owned(), 5), ("MUL".to_owned(), 2)]);
        let mut ledger = Ledger { instructions, ..Ledger::default() };
        let mut counts = [0; 256];
        counts[usize::from(spec::op::ADD)] = 3;
        ledger.add_compiled("jit", &counts);
        assert_eq!((ledger.compiled_share("jit"), ledger.never_compiled("jit")), ((3, 7), vec!["MUL"]));
        ledger.add_compiled("jit", &counts);
        assert_eq!(ledger.compiled_share("jit"), (6, 7));
    }
}
