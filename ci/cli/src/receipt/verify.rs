//! `verify`: runs again what a receipt says, and compares.

use super::VERSION;
use crate::args::{DrawArgs, EngineList, Every, FuzzArgs, GateArgs, HangLimit, PartName, PerfMap, VerifyArgs};
use crate::exit::{Exit, Failure};
use crate::roster::Roster;
use crate::{fuzz, gate, source};
use clap::ValueEnum;
use serde_json::Value;
use std::io::{Write, sink};

/// Runs what a receipt says again.
pub(crate) fn verify(args: &VerifyArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    let bytes = source::read(&args.receipt)?;
    let wrong = |what: &str| {
        let next = "give a file that fuzz --receipt or gate --receipt wrote";
        Failure::new(Exit::BadInput, format_args!("error: {}: {what}; {next}", args.receipt))
    };
    let receipt: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&format!("no receipt: {error}")))?;
    if receipt["receipt"] != VERSION {
        return Err(wrong("it is no receipt, or one of another version"));
    }
    if receipt["result"]["complete"] != true {
        let next = match receipt["run"]["command"].as_str() {
            Some("gate") => "it ended at its first failure; take the receipt of a run without --first",
            _ => "the run was interrupted; go on with it with --resume and take that receipt",
        };
        writeln!(out, "nothing to verify: {next}")?;
        return Ok(Exit::Inconclusive);
    }
    let (_, again) = match receipt["run"]["command"].as_str() {
        Some("fuzz") => {
            let asked =
                fuzz_args(&receipt["run"], args).ok_or_else(|| wrong("a field of `run` is missing or wrong"))?;
            fuzz::campaign(&asked, roster, &mut sink())?
        }
        Some("gate") => {
            let engines = engines(&receipt["run"]).ok_or_else(|| wrong("`run` names no engines"))?;
            let part = parts(&receipt["result"]).ok_or_else(|| wrong("`result` names no parts of the gate"))?;
            let (json, annotations, markdown, junit, sarif, receipt) = (false, false, None, None, None, None);
            let limit = HangLimit { hang: args.limit.hang };
            let asked =
                GateArgs { engines, part, first: false, limit, json, markdown, junit, sarif, annotations, receipt };
            gate::decide(&asked, roster, &mut sink())?
        }
        _ => return Err(wrong("`run` names no command that can be verified")),
    };
    let mut differences = Vec::new();
    compare("", &receipt, &again, &mut differences);
    let (notes, differences): (Vec<_>, Vec<_>) = differences.into_iter().partition(|one| is_of_machine(&one.place));
    for Difference { place, left, right } in &notes {
        writeln!(out, "note     {place}: {left} in the receipt, {right} here")?;
    }
    for Difference { place, left, right } in &differences {
        writeln!(out, "DIFFERS  {place}: {left} in the receipt, {right} here")?;
    }
    let word = if differences.is_empty() { "verified" } else { "NOT VERIFIED" };
    let digest = again["result"]["digest"].as_str().unwrap_or_default();
    writeln!(out, "{word}: {}, {} differences; digest {digest}", args.receipt, differences.len())?;
    Ok(if differences.is_empty() { Exit::Ok } else { Exit::Differs })
}

fn engines(run: &Value) -> Option<EngineList> {
    let names = run["engines"].as_array()?.iter().map(|engine| Some(engine["name"].as_str()?.to_owned()));
    Some(EngineList { engines: names.collect::<Option<Vec<_>>>().filter(|names| !names.is_empty())? })
}

/// The parts of the gate that a result is of; floors belong to the campaign.
fn parts(result: &Value) -> Option<Vec<PartName>> {
    let names = result["parts"].as_array()?.iter().map(|part| part["name"].as_str());
    let names = names.filter(|name| *name != Some("floors"));
    names.map(|name| PartName::from_str(name?, false).ok()).collect()
}

fn fuzz_args(run: &Value, args: &VerifyArgs) -> Option<FuzzArgs> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let draw = &run["draw"];
    let revision = match draw["revision"].as_str() {
        None => None,
        Some(name) => Some(name.parse().ok()?),
    };
    let contracts = args.contracts.clone().or_else(|| text(&draw["contracts"]).map(Into::into));
    let pool = args.pool.clone().or_else(|| text(&draw["pool"]).map(Into::into));
    Some(FuzzArgs {
        draw: DrawArgs { seed: run["seed"].as_u64()?, family: text(&draw["family"]), revision, contracts, pool },
        cases: run["cases"].as_u64()?,
        shard: Some(text(&run["shard"])?).filter(|shard| shard != "1/1"),
        time: None,
        first: false,
        engines: engines(run)?,
        every: campaign::every_from_json(&run["every"])?.into_iter().map(Every::from).collect(),
        jobs: args.jobs,
        known: Vec::new(),
        out: None,
        resume: false,
        hang: args.limit.hang,
        perf: PerfMap { folder: None },
        json: false,
        receipt: None,
    })
}

/// What two receipts say of the same.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    place: String,
    left: String,
    right: String,
}

/// Whether a place may differ between machines that agree.
fn is_of_machine(place: &str) -> bool {
    place.starts_with("machine.")
        || place == "run.draw.contracts"
        || place.starts_with("run.engines.") && place.contains(".features")
}

fn compare(place: &str, left: &Value, right: &Value, differences: &mut Vec<Difference>) {
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    match (left, right) {
        (Value::Object(of_left), Value::Object(of_right)) => {
            for (key, value) in of_left {
                compare(&below(key), value, of_right.get(key).unwrap_or(&Value::Null), differences);
            }
            for (key, value) in of_right.iter().filter(|(key, _)| !of_left.contains_key(*key)) {
                compare(&below(key), &Value::Null, value, differences);
            }
        }
        (Value::Array(of_left), Value::Array(of_right)) => {
            for at in 0..of_left.len().max(of_right.len()) {
                let value = |list: &[Value]| list.get(at).cloned().unwrap_or(Value::Null);
                compare(&below(&at.to_string()), &value(of_left), &value(of_right), differences);
            }
        }
        _ if left == right => {}
        _ => {
            let shown = |value: &Value| if value.is_null() { "nothing".to_owned() } else { value.to_string() };
            differences.push(Difference { place: place.to_owned(), left: shown(left), right: shown(right) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_place_is_compared() {
        let left = json!({ "a": { "b": [1, 2], "c": "x" }, "d": null });
        let right = json!({ "a": { "b": [1, 3, 4], "e": true }, "d": null });
        let mut found = Vec::new();
        compare("", &left, &right, &mut found);
        let found: Vec<String> = found.iter().map(|one| format!("{} {} {}", one.place, one.left, one.right)).collect();
        assert_eq!(found, ["a.b.1 2 3", "a.b.2 nothing 4", "a.c \"x\" nothing", "a.e nothing true"]);
    }

    #[test]
    fn machines_may_differ_and_results_may_not() {
        let notes = ["machine.cpu", "run.engines.1.features.0", "run.draw.contracts"];
        assert!(notes.into_iter().all(is_of_machine));
        let results = ["result.digest", "run.engines.1.version", "run.mix", "unanimous", "result.ends.stop"];
        assert!(!results.into_iter().any(is_of_machine));
    }
}
