//! The loop: spans of blocks in parallel, folded in order.

use crate::hang::{Stage, Task, verdict as hung_verdict};
use crate::known::{Known, News};
use crate::leaves::Leaves;
use crate::ledger::{Counter, Ledger};
use crate::shard::Shard;
use crate::state::{Found, State};
use alloy_primitives::{B256, Keccak256};
use api::{Case, Watch};
use oracle::{Crew, Divergence, Tolerances, judge, judge_some};
use rayon::prelude::*;
use reduce::{Budget, Crews, Reduced, reduce};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Cases in a block. Part of what the digest is made of, so it never changes.
pub const BLOCK: u64 = 256;
/// Blocks between two times that the state is saved.
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
    /// Which part of it is run here.
    pub shard: Shard,
    /// Engines that take part in one case of so many: those whose index the number divides.
    pub every: BTreeMap<String, u64>,
}

impl Plan {
    /// As JSON.
    pub fn json(&self) -> Value {
        let shard = self.shard.json();
        json!({
            "seed": self.seed, "cases": self.cases, "engines": self.engines, "profile": self.profile, "shard": shard,
            "every": self.every,
        })
    }

    /// From JSON; `None` if it is no plan.
    pub(crate) fn from_json(value: &Value) -> Option<Plan> {
        let engines = value["engines"].as_array()?.iter().map(|name| Some(name.as_str()?.to_owned()));
        Some(Plan {
            seed: value["seed"].as_u64()?,
            cases: value["cases"].as_u64()?,
            engines: engines.collect::<Option<_>>()?,
            profile: value["profile"].as_str()?.to_owned(),
            shard: value["shard"].as_str()?.parse().ok()?,
            every: every_from_json(&value["every"])?,
        })
    }

    /// Whether an engine takes part in the case at this index.
    pub fn takes_part(&self, engine: &str, index: u64) -> bool {
        self.every.get(engine).is_none_or(|every| index.is_multiple_of(*every))
    }

    /// The indices of its cases, those of other shards left out.
    pub fn range(&self) -> Range<u64> {
        self.shard.range(self.cases)
    }
}

/// How often engines take part, from JSON, as a receipt has it too; where nothing is said all do.
pub fn every_from_json(value: &Value) -> Option<BTreeMap<String, u64>> {
    if value.is_null() {
        return Some(BTreeMap::new());
    }
    let entry = |(name, every): (&String, &Value)| Some((name.clone(), every.as_u64().filter(|every| *every > 0)?));
    value.as_object()?.iter().map(entry).collect()
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
    /// Whether to look for the place where the engines part; not where one hung at that before.
    pub localise: bool,
}

/// Where findings go.
pub trait Keeper: Sync {
    /// Keeps the evidence; the answer says where it is, or why it is nowhere. Either goes into the report.
    fn keep(&self, evidence: &Evidence) -> Result<String, String>;
}

/// What bounds a run from outside.
pub trait Progress: Sync {
    /// Told after every span and every finding that was examined; `false` ends the run, which can be resumed from the
    /// state.
    fn go_on(&self, state: &State) -> bool;

    /// Asked before every case; `true` ends the run behind the cases that are under way.
    fn is_stopping(&self) -> bool;

    /// Told of every divergence at once. Where a run is ended, some lie behind the place where the state stands: they
    /// are met again when it is resumed.
    fn seen(&self, signature: &str, index: u64);
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
    divergences: Vec<String>,
    inconclusive: bool,
}

/// What a block came to, or the part of it that was run before somebody ended the campaign.
struct Block {
    results: Vec<CaseResult>,
    leaves: Vec<B256>,
    ledger: Ledger,
    is_whole: bool,
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
        while self.examine_all(&mut state, progress) && state.next < self.plan.range().end {
            self.span(&mut state, progress);
            if !progress.go_on(&state) {
                break;
            }
        }
        state
    }

    /// Runs some blocks in parallel and takes them over in order, up to the first that was not finished.
    fn span(&self, state: &mut State, progress: &dyn Progress) {
        let from = state.next;
        let start = from - from % BLOCK;
        let end = self.plan.range().end;
        let to = end.min(start.saturating_add(BLOCK * SPAN));
        let starts: Vec<u64> = (start..to).step_by(BLOCK as usize).collect();
        let range = |start: &u64| from.max(*start)..to.min(start + BLOCK);
        let blocks: Vec<Block> = starts.par_iter().map(|start| self.block(range(start), state, progress)).collect();
        for block in blocks {
            if !fault::planted!(CampaignWorker) || state.next.is_multiple_of(2 * BLOCK) {
                state.ledger.merge(&block.ledger);
            }
            assert_eq!(block.results.len(), block.leaves.len(), "every case has a leaf");
            for (result, leaf) in block.results.iter().zip(block.leaves) {
                self.count(state, result);
                state.leaves.push(leaf);
                state.next += 1;
            }
            let is_end = state.next.is_multiple_of(BLOCK) || state.next == end;
            if is_end && !state.leaves.is_empty() {
                state.tree.push(block_digest(&std::mem::take(&mut state.leaves)));
            }
            if !block.is_whole {
                break;
            }
        }
    }

    fn block(&self, indices: Range<u64>, state: &State, progress: &dyn Progress) -> Block {
        self.crews.with(|crew| {
            let (mut ledger, mut leaves) = (Ledger::default(), Leaves::default());
            let len = indices.end - indices.start;
            let mut results = Vec::with_capacity(len as usize);
            for index in indices.take_while(|_| !progress.is_stopping()) {
                let result = self.case(crew, index, state, &mut ledger, &mut leaves);
                result.divergences.iter().for_each(|signature| progress.seen(signature, index));
                results.push(result);
            }
            Block { is_whole: results.len() as u64 == len, results, leaves: leaves.finish(), ledger }
        })
    }

    fn case(&self, crew: &mut Crew, index: u64, state: &State, ledger: &mut Ledger, leaves: &mut Leaves) -> CaseResult {
        (self.alive)(Task { index, stage: Stage::Judge });
        let case = (self.source)(index);
        let hung = state.hung_at(index, Stage::Judge);
        let verdict = match hung {
            None => judge_some(crew, &case, self.tolerances, |engine| self.plan.takes_part(engine, index)),
            Some(hung) => hung_verdict(self.plan, hung),
        };
        ledger.add(&case, &verdict);
        leaves.push(&verdict);
        if index.is_multiple_of(SAMPLE) && hung.is_none() && state.hung_at(index, Stage::Sample).is_none() {
            (self.alive)(Task { index, stage: Stage::Sample });
            // Its share of compiled code would be of cases in which it took no part.
            sample(crew, &case, ledger, |engine| !self.plan.every.contains_key(engine));
        }
        let signatures: BTreeSet<String> =
            verdict.divergences.iter().map(|divergence| divergence.signature.to_string()).collect();
        let inconclusive = verdict.is_inconclusive();
        CaseResult { index, divergences: signatures.into_iter().collect(), inconclusive }
    }

    /// Counts the divergences of a case; the first of each signature is to be examined.
    fn count(&self, state: &mut State, result: &CaseResult) {
        if result.inconclusive {
            state.inconclusive_first.get_or_insert(result.index);
        }
        for signature in &result.divergences {
            if let Some(found) = state.found.get_mut(signature) {
                found.count += 1;
                continue;
            }
            let kept = match (self.known.news(signature), state.hung_at(result.index, Stage::Judge)) {
                (News::Open(name), _) => format!("known as {name}"),
                (_, Some(hung)) => hung.kept.clone(),
                _ if state.n_news(self.known) < self.limits.findings_max => String::new(),
                _ => "not kept: there are too many findings".into(),
            };
            state.found.insert(signature.clone(), Found { count: 1, first_index: result.index, kept });
        }
    }

    /// Examines what was found and not examined yet, in the order of the cases; false if `progress` ended that.
    fn examine_all(&self, state: &mut State, progress: &dyn Progress) -> bool {
        let fresh = state.found.iter().filter(|(_, found)| found.kept.is_empty());
        let mut fresh: Vec<(u64, String)> =
            fresh.map(|(signature, found)| (found.first_index, signature.clone())).collect();
        fresh.sort();
        for (index, signature) in fresh {
            let Some(kept) = self.examine(&signature, index, state, progress) else { return false };
            if let Some(found) = state.found.get_mut(&signature) {
                found.kept = kept;
            }
            if !progress.go_on(state) {
                return false;
            }
        }
        true
    }

    /// Reduces a divergence and keeps it, without what an engine hung at before; says where it is. `None` if the
    /// campaign was ended meanwhile: then it is to be examined anew.
    fn examine(&self, signature: &str, index: u64, state: &State, progress: &dyn Progress) -> Option<String> {
        if let Some(hung) = state.hung_at(index, Stage::Check) {
            return Some(format!("not kept: {} hung when it was run again", hung.engine));
        }
        let at = |stage| (self.alive)(Task { index, stage });
        let hung = |stage| state.hung_at(index, stage).is_some();
        let find = |case: &Case| {
            let verdict = self.crews.with(|crew| judge(crew, case, self.tolerances));
            verdict.divergences.into_iter().find(|divergence| divergence.signature.to_string() == signature)
        };
        at(Stage::Check);
        let original = (self.source)(index);
        let Some(first) = find(&original) else { return Some("not kept: it did not happen again".into()) };
        let reduced = match hung(Stage::Reduce) {
            true => Reduced { case: original.clone(), tries: 0, complete: false },
            false => reduce(&original, self.limits.reduction, |smaller| {
                at(Stage::Reduce);
                !progress.is_stopping() && find(smaller).is_some()
            }),
        };
        if progress.is_stopping() {
            return None;
        }
        at(Stage::Check);
        let divergence = find(&reduced.case).unwrap_or(first);
        let (complete, localise) = (reduced.complete, !hung(Stage::Localise));
        let evidence = Evidence { index, original, reduced: reduced.case, divergence, complete, localise };
        at(Stage::Localise);
        Some(self.keeper.keep(&evidence).unwrap_or_else(|why| format!("not kept: {why}")))
    }
}

/// Follows a case instruction by instruction on the judge, and counts what the compilers ran of it in compiled code.
fn sample(crew: &mut Crew, case: &Case, ledger: &mut Ledger, is_counted: impl Fn(&str) -> bool) {
    let mut counter = Counter::default();
    crew.run(0, case, Watch { steps: true, observer: Some(&mut counter), ..Watch::default() });
    ledger.add_sample(&counter);
    for i in 0..crew.len() {
        if is_counted(crew.name(i)) && crew.take_compiled(i).is_some() {
            crew.run(i, case, Watch { checkpoints: true, ..Watch::default() });
            let counts = crew.take_compiled(i).unwrap_or([0; 256]);
            ledger.add_compiled(crew.name(i), &counts);
        }
    }
}

fn block_digest(leaves: &[B256]) -> B256 {
    let mut hash = Keccak256::new();
    leaves.iter().for_each(|leaf| hash.update(leaf));
    hash.finalize()
}
