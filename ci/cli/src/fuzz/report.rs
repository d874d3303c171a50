//! What a campaign came to, for people and for programs.

use crate::exit::{Exit, Failure};
use campaign::{Known, News, Plan, Shard, State};
use oracle::Tolerances;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

/// Writes the report and says what the campaign means.
pub(super) fn report(
    as_json: bool,
    plan: &Plan,
    state: &State,
    known: &Known,
    tolerances: &Tolerances,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let complete = state.is_complete(plan);
    let ledger = &state.ledger;
    if as_json {
        let found = state.found.iter().map(|(signature, found)| {
            let (status, name) = match known.news(signature) {
                News::New => ("new", None),
                News::Open(name) => ("open", Some(name)),
                News::Returned(name) => ("returned", Some(name)),
            };
            json!({
                "signature": signature, "status": status, "known": name, "count": found.count,
                "first": found.first_index, "kept": found.kept,
            })
        });
        let hits =
            tolerances.hits().into_iter().map(|(name, reason, n)| json!({ "name": name, "reason": reason, "hits": n }));
        let hung = state.hung.iter().map(|(index, hung)| {
            json!({ "index": index, "engine": hung.engine, "reducing": hung.reducing, "kept": hung.kept })
        });
        let report = json!({
            "plan": plan.json(), "complete": complete, "cases": state.next - plan.range().start,
            "digest": state.digest().to_string(),
            "ledger": ledger.json(), "found": found.collect::<Vec<_>>(), "hung": hung.collect::<Vec<_>>(),
            "tolerances": hits.collect::<Vec<_>>(),
        });
        writeln!(out, "{report:#}")?;
    } else {
        text(plan, state, known, tolerances, out)?;
    }
    Ok(match (state.is_clean(known), ledger.judged > 0 && complete) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}

fn text(
    plan: &Plan,
    state: &State,
    known: &Known,
    tolerances: &Tolerances,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    for (signature, found) in &state.found {
        let seen = format!("{signature}: {} times, first case {}", found.count, found.first_index);
        match known.news(signature) {
            News::New => writeln!(out, "FOUND    {seen}, {}", found.kept)?,
            News::Open(name) => writeln!(out, "KNOWN    {name}: {seen}")?,
            News::Returned(name) => writeln!(out, "RETURNED {name}: {seen}, {}", found.kept)?,
        }
    }
    for (index, hung) in &state.hung {
        let what = if hung.reducing { ", while it was reduced" } else { "" };
        writeln!(out, "HUNG     {} on case {index}{what}", hung.engine)?;
    }
    let ledger = &state.ledger;
    let list =
        |map: &BTreeMap<String, u64>| map.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ");
    writeln!(out, "ends        {}", list(&ledger.ends))?;
    writeln!(out, "revisions   {}", list(&ledger.revisions))?;
    writeln!(out, "unsupported {}", list(&ledger.unsupported))?;
    let missing = ledger.missing();
    let executed = spec::table::ROWS.len() - missing.len();
    let n_instructions: u64 = ledger.instructions.values().sum();
    let mean = n_instructions / ledger.sampled.max(1);
    writeln!(
        out,
        "executed    {executed} of {} instructions in {} sampled cases, {mean} a case; missing: {}",
        spec::table::ROWS.len(),
        ledger.sampled,
        missing.join(" ")
    )?;
    writeln!(out, "pairs       {} ordered pairs of instructions in these", ledger.pairs.len())?;
    for engine in ledger.compiled.keys() {
        let (compiled, executed) = ledger.compiled_share(engine);
        let never = ledger.never_compiled(engine);
        writeln!(out, "compiled    {compiled} of {executed} instructions by {engine}; never: {}", never.join(" "))?;
    }
    for (name, reason, hits) in tolerances.hits() {
        writeln!(out, "tolerated   {hits} by {name}: {reason}")?;
    }
    let (n_news, n_found) = (state.n_news(known), state.found.len());
    let n_known = if n_found > n_news { format!(", {} known", n_found - n_news) } else { String::new() };
    let range = plan.range();
    let of = match plan.shard {
        Shard::WHOLE => String::new(),
        shard => format!(", shard {shard} from case {},", range.start),
    };
    let state_word = if state.is_complete(plan) { "complete" } else { "INTERRUPTED" };
    writeln!(
        out,
        "{state_word}: {} of {} cases of seed {}{of} on {}: {} judged, {} alone, {} inconclusive, {n_news} findings{n_known}; digest {}",
        state.next - range.start,
        range.end - range.start,
        plan.seed,
        plan.engines.join(", "),
        ledger.judged,
        ledger.alone,
        ledger.inconclusive,
        state.digest()
    )?;
    Ok(())
}
