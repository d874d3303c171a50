//! What a campaign came to, for people and for programs.

use crate::exit::{Exit, Failure};
use campaign::{Known, News, Plan, Shard, State};
use oracle::Tolerances;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

/// A campaign at its end, or where it was ended.
pub(super) struct CameTo<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: &'a State,
    /// Divergences that were seen behind the place where it was ended, with their cases.
    pub(super) ahead: &'a BTreeMap<String, u64>,
    pub(super) known: &'a Known,
    pub(super) tolerances: &'a Tolerances,
}

/// Writes the report and says what the campaign means.
pub(super) fn report(as_json: bool, came_to: &CameTo<'_>, out: &mut dyn Write) -> Result<Exit, Failure> {
    let CameTo { plan, state, ahead, known, tolerances } = *came_to;
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
        let hung = state.hung.iter().map(|((index, stage), hung)| {
            json!({ "index": index, "at": stage.name(), "engine": hung.engine, "kept": hung.kept })
        });
        let report = json!({
            "plan": plan.json(), "complete": complete, "cases": state.next - plan.range().start,
            "digest": state.digest().to_string(),
            "ledger": ledger.json(), "found": found.collect::<Vec<_>>(), "hung": hung.collect::<Vec<_>>(),
            "ahead": ahead, "inconclusive_first": state.inconclusive_first,
            "tolerances": hits.collect::<Vec<_>>(),
        });
        writeln!(out, "{report:#}")?;
    } else {
        text(came_to, out)?;
    }
    let is_news = |signature: &String| !matches!(known.news(signature), News::Open(_));
    let agreed = state.is_clean(known) && !ahead.keys().any(is_news);
    Ok(match (agreed, ledger.judged > 0 && complete && ledger.is_conclusive()) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}

fn text(came_to: &CameTo<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let CameTo { plan, state, known, tolerances, .. } = *came_to;
    findings(came_to, out)?;
    let ledger = &state.ledger;
    if let Some(first) = state.inconclusive_first {
        let so_many = if ledger.is_conclusive() { "" } else { ", more than one in 1000: nothing is concluded" };
        writeln!(
            out,
            "LIMIT    {} cases met a resource limit ({}), the first is case {first}{so_many}",
            ledger.inconclusive,
            list(&ledger.limits)
        )?;
    }
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
    for (engine, every) in &plan.every {
        let range = plan.range();
        let n_cases = state.next.div_ceil(*every) - range.start.div_ceil(*every);
        writeln!(out, "every       {engine} in one case of {every}: {n_cases}")?;
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

/// What was found, and where engines hung.
fn findings(came_to: &CameTo<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let CameTo { state, ahead, known, .. } = *came_to;
    for (signature, found) in &state.found {
        let seen = format!("{signature}: {} times, first case {}", found.count, found.first_index);
        let kept = if found.kept.is_empty() { "not examined yet: --resume does it" } else { &found.kept };
        match known.news(signature) {
            News::New => writeln!(out, "FOUND    {seen}, {kept}")?,
            News::Open(name) => writeln!(out, "KNOWN    {name}: {seen}")?,
            News::Returned(name) => writeln!(out, "RETURNED {name}: {seen}, {kept}")?,
        }
    }
    for (signature, index) in ahead {
        writeln!(out, "SEEN     {signature}: case {index}, behind the place where the campaign was ended")?;
    }
    for ((index, stage), hung) in &state.hung {
        writeln!(out, "HUNG     {} on case {index}{}", hung.engine, stage.about())?;
    }
    Ok(())
}

fn list(map: &BTreeMap<String, u64>) -> String {
    map.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
}
