//! Receipts: what a run of `fuzz` or `gate` was, where it ran, and what it came to; and `verify`, which runs it again.
//!
//! A receipt has three parts. `run` says what was run, so that it can be run again. `machine` says where; two machines may
//! differ in it and must agree all the same. `result` says what it came to. Everything but `machine` and the features that
//! engines found there must be the same when it is verified.

mod machine;
mod verify;

pub(crate) use verify::verify;

use crate::exit::Failure;
use crate::roster::Roster;
use crate::source;
use api::EngineId;
use campaign::{Plan, State};
use serde_json::{Value, json};
use std::path::Path;

/// The version of the form.
const VERSION: u64 = 1;

/// The receipt of a campaign; `draw` is what the cases were drawn from, as arguments.
pub(crate) fn of_campaign(plan: &Plan, state: &State, draw: Value, roster: Roster) -> Value {
    let run = json!({
        "command": "fuzz", "seed": plan.seed, "cases": plan.cases, "shard": plan.shard.to_string(), "draw": draw,
        "mix": plan.profile.split("; ").next(), "engines": engines(&plan.engines, roster), "every": plan.every,
    });
    let ledger = &state.ledger;
    let found = state
        .found
        .iter()
        .map(|(signature, found)| json!({ "signature": signature, "count": found.count, "first": found.first_index }));
    let result = json!({
        "complete": state.is_complete(plan), "cases": ledger.cases(), "judged": ledger.judged, "alone": ledger.alone,
        "inconclusive": ledger.inconclusive, "tolerated": ledger.tolerated, "sampled": ledger.sampled,
        "revisions": ledger.revisions, "ends": ledger.ends, "unsupported": ledger.unsupported,
        "instructions": ledger.instructions, "pairs": ledger.pairs.len(), "compiled": ledger.compiled,
        "found": found.collect::<Vec<_>>(), "hung": state.hung.len(), "digest": state.digest().to_string(),
    });
    receipt(run, result)
}

/// The receipt of a gate.
pub(crate) fn of_gate(names: &[String], result: Value, roster: Roster) -> Value {
    let mix = format!("corpus {}, cost {}", crate::fuzz::corpus_digest(), crate::fuzz::cost_digest());
    let run = json!({ "command": "gate", "mix": mix, "engines": engines(names, roster) });
    receipt(run, result)
}

fn receipt(run: Value, result: Value) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({ "receipt": VERSION, "unanimous": version, "run": run, "machine": machine::machine(), "result": result })
}

fn engines(names: &[String], roster: Roster) -> Vec<Value> {
    names.iter().filter_map(|name| Some(engine(&roster.make(name).ok()?.id(), name))).collect()
}

fn engine(id: &EngineId, name: &str) -> Value {
    json!({
        "name": name, "family": id.family, "version": id.version, "features": id.features, "options": id.options,
    })
}

/// Writes a receipt, if a file was given for it.
pub(crate) fn write(path: Option<&Path>, receipt: &Value) -> Result<(), Failure> {
    path.map_or(Ok(()), |path| source::write(path, &format!("{receipt:#}\n")))
}
