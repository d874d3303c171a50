//! The loop: spans of blocks in parallel, folded in order.

use crate::hang::{Task, verdict as hung_verdict};
use crate::known::{Known, News};
use crate::ledger::{Counter, Ledger};
use crate::state::{Found, State};
use alloy_primitives::{B256, Keccak256};
use api::{Case, Watch, digest};
use oracle::{Crew, Divergence, Ran, Tolerances, Verdict, judge};
use rayon::prelude::*;
use reduce::{Budget, Crews, Reduced, reduce};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Cases in a block. Part of what the digest is made of, so it never changes.
pub const BLOCK: u64 = 256;
/// Blocks between two looks at the outside world.
const SPAN: u64 = 16;
/// One case in so many is also followed instruction by instruction, for the ledger.
const SAMPLE: u64 = 32;

/// What makes a campaign the campaign it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// How many cases.
    pub cases: u64,
    /// The engines, the judge first.
    pub engines: Vec<String>,
    /// What the generator was told.
    pub profile: String,
}

impl Plan {
    /// As JSON.
    pub fn json(&self) -> Value {
        json!({ "seed": self.seed, "cases": self.cases, "engines": self.engines, "profile": self.profile })
    }
}

/// A divergence with everything that is known of it, to be kept.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Its index in the campaign.
    pub index: u64,
    /// The case as it was generated.
    pub original: Case,
    /// The case reduced, with the same signature.
    pub reduced: Case,
    /// The divergence on the reduced case.
    pub divergence: Divergence,
    /// Whether the reduction came to its end.
    pub complete: bool,
}

/// Where findings go.
pub trait Keeper: Sync {
    /// Keeps the evidence; the answer says where it is, or why it is nowhere. Either goes into the report.
    fn keep(&self, evidence: &Evidence) -> Result<String, String>;
}

/// What bounds a run from outside.
pub trait Progress: Sync {
    /// Told after every span; `false` ends the run, which can be resumed from the state.
    fn go_on(&self, state: &State) -> bool;
}

/// How much work a finding may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The budget of each reduction.
    pub reduction: Budget,
    /// Findings that are reduced and kept; more are only counted.
    pub findings_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { reduction: Budget { tries_max: 5_000 }, findings_max: 100 }
    }
}

/// What a case came to.
struct CaseResult {
    index: u64,
    leaf: B256,
    divergences: Vec<String>,
}

/// A campaign with everything it needs.
pub struct Campaign<'a> {
    /// What is run.
    pub plan: &'a Plan,
    /// Case by index.
    pub source: &'a (dyn Fn(u64) -> Case + Sync),
    /// The engines.
    pub crews: Crews,
    /// Differences that are explained.
    pub tolerances: &'a Tolerances,
    /// How much work a finding may be.
    pub limits: Limits,
    /// Where findings go.
    pub keeper: &'a dyn Keeper,
    /// Findings that are known.
    pub known: &'a Known,
    /// Told what a thread is at whenever a case is about to be judged, reductions included: for who watches whether an
    /// engine hangs.
    pub alive: &'a (dyn Fn(Task) + Sync),
}

impl Campaign<'_> {
    /// Runs from where `state` stands until the end of the plan or until `progress` ends it.
    pub fn run(&self, mut state: State, progress: &dyn Progress) -> State {
        while state.next < self.plan.cases {
            let from = state.next;
            let to = self.plan.cases.min(from + BLOCK * SPAN);
            let starts: Vec<u64> = (from..to).step_by(BLOCK as usize).collect();
            let blocks: Vec<(Vec<CaseResult>, Ledger)> =
                starts.par_iter().map(|start| self.block(*start..to.min(start + BLOCK), &state)).collect();
            let n = blocks.len() - usize::from(fault::planted!(CampaignWorker) && blocks.len() > 1);
            for (results, ledger) in blocks.into_iter().take(n) {
                state.digest = fold(state.digest, &results);
                state.ledger.merge(&ledger);
                results.iter().for_each(|result| self.count(&mut state, result));
            }
            state.next = to;
            if !progress.go_on(&state) {
                break;
            }
        }
        state
    }

    fn block(&self, indices: std::ops::Range<u64>, state: &State) -> (Vec<CaseResult>, Ledger) {
        self.crews.with(|crew| {
            let mut ledger = Ledger::default();
            let results = indices.map(|index| {
                (self.alive)(Task { index, reducing: false });
                let case = (self.source)(index);
                let hung = state.hung_on(index);
                let verdict = match hung {
                    None => judge(crew, &case, self.tolerances),
                    Some(hung) => hung_verdict(self.plan, hung),
                };
                ledger.add(&case, &verdict);
                if index.is_multiple_of(SAMPLE) && hung.is_none() {
                    sample(crew, &case, &mut ledger);
                }
                let signatures: BTreeSet<String> =
                    verdict.divergences.iter().map(|divergence| divergence.signature.to_string()).collect();
                CaseResult { index, leaf: leaf(&verdict), divergences: signatures.into_iter().collect() }
            });
            (results.collect(), ledger)
        })
    }

    /// Counts the divergences of a case; the first of each signature is examined.
    fn count(&self, state: &mut State, result: &CaseResult) {
        for signature in &result.divergences {
            if let Some(found) = state.found.get_mut(signature) {
                found.count += 1;
                continue;
            }
            let kept = match (self.known.news(signature), state.hung_on(result.index)) {
                (News::Open(name), _) => format!("known as {name}"),
                (_, Some(hung)) => hung.kept.clone(),
                _ if state.n_news(self.known) < self.limits.findings_max => {
                    self.examine(signature, result.index, state.hung.contains_key(&result.index))
                }
                _ => "not kept: there are too many findings".into(),
            };
            state.found.insert(signature.clone(), Found { count: 1, first_index: result.index, kept });
        }
    }

    /// Reduces the first divergence of its kind, unless that hung before, and keeps it.
    fn examine(&self, signature: &str, index: u64, hung: bool) -> String {
        (self.alive)(Task { index, reducing: true });
        let original = (self.source)(index);
        let find = |case: &Case| {
            let verdict = self.crews.with(|crew| judge(crew, case, self.tolerances));
            verdict.divergences.into_iter().find(|divergence| divergence.signature.to_string() == signature)
        };
        let Some(first) = find(&original) else { return "not kept: it did not happen again".into() };
        let reduced = match hung {
            true => Reduced { case: original.clone(), tries: 0, complete: false },
            false => reduce(&original, self.limits.reduction, |smaller| {
                (self.alive)(Task { index, reducing: true });
                find(smaller).is_some()
            }),
        };
        let divergence = find(&reduced.case).unwrap_or(first);
        let evidence = Evidence { index, original, reduced: reduced.case, divergence, complete: reduced.complete };
        self.keeper.keep(&evidence).unwrap_or_else(|why| format!("not kept: {why}"))
    }
}

/// Follows a case instruction by instruction on the judge, and counts what the compilers ran of it in compiled code.
fn sample(crew: &mut Crew, case: &Case, ledger: &mut Ledger) {
    let mut counter = Counter::default();
    crew.run(0, case, Watch { steps: true, observer: Some(&mut counter), ..Watch::default() });
    ledger.add_sample(&counter);
    for i in 0..crew.len() {
        if crew.take_compiled(i).is_some() {
            crew.run(i, case, Watch { checkpoints: true, ..Watch::default() });
            let counts = crew.take_compiled(i).unwrap_or([0; 256]);
            ledger.add_compiled(crew.name(i), &counts);
        }
    }
}

/// The digest of what a case came to on the judge.
fn leaf(verdict: &Verdict) -> B256 {
    if let Some(outcome) = verdict.outcome().filter(|_| !fault::planted!(CampaignLeaf)) {
        return digest::exact(outcome).or_else(|_| digest::consensus(outcome)).unwrap_or_default();
    }
    let kind = match verdict.runs.first() {
        Some((_, Ran::Limit(_))) => 1,
        Some((_, Ran::Unsupported(_))) => 2,
        _ => 3,
    };
    B256::with_last_byte(kind)
}

fn fold(before: B256, results: &[CaseResult]) -> B256 {
    let mut hash = Keccak256::new();
    if !fault::planted!(CampaignDigest) {
        hash.update(before);
    }
    results.iter().for_each(|result| hash.update(result.leaf));
    hash.finalize()
}
