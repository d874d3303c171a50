//! Where a campaign stands: enough to go on after an interruption, and to report.
//!
//! The file form is JSON with a version and a checksum. A file that is damaged, or of another campaign, is refused
//! with a message; nothing is guessed.

use crate::hang::Stage;
use crate::known::{Known, News};
use crate::ledger::Ledger;
use crate::run::{BLOCK, Plan};
use crate::tree::Tree;
use alloy_primitives::{B256, hex, keccak256};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The version of the file.
const VERSION: u64 = 4;

/// Where a campaign stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The first case that was not run yet.
    pub next: u64,
    /// All whole blocks before.
    pub tree: Tree,
    /// Digests of the cases behind the last whole block.
    pub leaves: Vec<B256>,
    /// What was done.
    pub ledger: Ledger,
    /// Divergences by signature.
    pub found: BTreeMap<String, Found>,
    /// The first case in which an engine reached a resource limit.
    pub inconclusive_first: Option<u64>,
    /// Engines that hung, by the index of the case and by what was being done with it.
    pub hung: BTreeMap<(u64, Stage), Hung>,
}

/// Divergences with one signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many cases showed it.
    pub count: u64,
    /// The first of them.
    pub first_index: u64,
    /// Where its evidence is kept, or why it is not; empty until it was examined.
    pub kept: String,
}

/// An engine that hung.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hung {
    /// Which.
    pub engine: String,
    /// Where its evidence is kept, or why it is not.
    pub kept: String,
}

/// A state file that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadState(pub String);

impl fmt::Display for BadState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state cannot be resumed: {}; start anew in another folder, or remove the file", self.0)
    }
}

impl std::error::Error for BadState {}

impl State {
    /// Where a plan begins.
    pub fn start(plan: &Plan) -> State {
        let next = plan.range().start;
        State { next, tree: Tree::starting_at(next.div_ceil(BLOCK)), ..State::default() }
    }

    /// The digest of what all cases so far came to.
    pub fn digest(&self) -> B256 {
        self.tree.digest()
    }

    /// The file form.
    pub fn write(&self, plan: &Plan) -> String {
        let found = self.found.iter().map(|(signature, found)| {
            json!({ "signature": signature, "count": found.count, "first": found.first_index, "kept": found.kept })
        });
        let hung = self.hung.iter().map(|((index, stage), hung)| {
            json!({ "index": index, "at": stage.name(), "engine": hung.engine, "kept": hung.kept })
        });
        let leaves: String = self.leaves.iter().map(hex::encode).collect();
        let body = json!({
            "version": VERSION, "plan": plan.json(), "next": self.next, "tree": self.tree.json(),
            "leaves": leaves, "inconclusive_first": self.inconclusive_first,
            "ledger": self.ledger.json(), "found": found.collect::<Vec<_>>(),
            "hung": hung.collect::<Vec<_>>(),
        });
        let text = body.to_string();
        format!("{}\n{text}\n", keccak256(&text))
    }

    /// Reads the file form of the same plan.
    pub fn read(text: &str, plan: &Plan) -> Result<State, BadState> {
        match State::read_any(text)? {
            (own, state) if own == *plan => Ok(state),
            (other, _) => Err(BadState(format!("it is of another campaign: {}", other.json()))),
        }
    }

    /// Reads the file form of any plan.
    pub fn read_any(text: &str) -> Result<(Plan, State), BadState> {
        let bad = |what: &str| BadState(what.to_owned());
        let (sum, text) = text.split_once('\n').ok_or_else(|| bad("the file is cut short"))?;
        let text = text.strip_suffix('\n').ok_or_else(|| bad("the file is cut short"))?;
        if hex::decode(sum).ok().as_deref() != Some(keccak256(text).as_slice()) {
            return Err(bad("the file is damaged: its checksum does not match"));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| BadState(error.to_string()))?;
        if value["version"] != VERSION {
            return Err(bad("it was written by another version"));
        }
        let plan = Plan::from_json(&value["plan"]);
        let read = plan.and_then(|plan| State::from_value(&value, &plan).map(|state| (plan, state)));
        read.ok_or_else(|| bad("a field is missing or has the wrong type"))
    }

    /// How many kinds of divergence are not known to be open.
    pub fn n_news(&self, known: &Known) -> usize {
        self.found.keys().filter(|signature| !matches!(known.news(signature), News::Open(_))).count()
    }

    fn from_value(value: &Value, plan: &Plan) -> Option<State> {
        let found = value["found"].as_array()?.iter().map(|found| {
            let (count, first_index) = (found["count"].as_u64()?, found["first"].as_u64()?);
            let kept = found["kept"].as_str()?.to_owned();
            Some((found["signature"].as_str()?.to_owned(), Found { count, first_index, kept }))
        });
        let hung = value["hung"].as_array()?.iter().map(|hung| {
            let (engine, kept) = (hung["engine"].as_str()?.to_owned(), hung["kept"].as_str()?.to_owned());
            let stage = Stage::from_name(hung["at"].as_str()?)?;
            Some(((hung["index"].as_u64()?, stage), Hung { engine, kept }))
        });
        let leaves = hex::decode(value["leaves"].as_str()?).ok()?;
        let (leaves, []) = leaves.as_chunks::<32>() else { return None };
        let inconclusive_first = match &value["inconclusive_first"] {
            Value::Null => None,
            index => Some(index.as_u64()?),
        };
        let (next, tree) = (value["next"].as_u64()?, Tree::from_json(&value["tree"])?);
        let begins = tree.first() == plan.range().start.div_ceil(BLOCK);
        let ends = next.checked_sub(leaves.len() as u64).is_some_and(|whole| tree.next() == whole.div_ceil(BLOCK));
        if !begins || !ends || next > plan.range().end {
            return None;
        }
        Some(State {
            next,
            tree,
            leaves: leaves.iter().map(B256::from).collect(),
            inconclusive_first,
            ledger: Ledger::from_json(&value["ledger"])?,
            found: found.collect::<Option<_>>()?,
            hung: hung.collect::<Option<_>>()?,
        })
    }
}
