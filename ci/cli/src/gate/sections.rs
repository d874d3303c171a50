//! Sections of code, each run by itself from states made up for it, on those engines whose frames can be.

use super::part::{Judged, Part, Stop, sum};
use alloy_primitives::keccak256;
use api::{Case, Code, Revision};
use rayon::prelude::*;
use sections::{Side, check};
use std::collections::BTreeSet;

/// The seed of the generated codes.
const SEED: u64 = 4;
/// How many of them.
const CASES: u64 = 300;
/// States for each section.
const STATES: u64 = 24;

/// Runs them. No part at all if fewer than two of these engines have frames, unless it was `asked` for.
pub(super) fn sections(names: &[String], asked: bool, stop: &Stop) -> Option<Part> {
    let sides = || names.iter().filter_map(|name| Some(Side::new(name, registry::vm(name)?))).collect::<Vec<_>>();
    if sides().len() < 2 {
        return asked.then(|| sum("sections", Vec::new()));
    }
    let one = |sides: &mut Vec<Side>, (family, place, revision, code): &(String, String, Revision, Code)| {
        let checked = check(sides, code, *revision, STATES);
        let lefts: String = checked.lefts.iter().map(sections::Left::line).collect();
        let judged = Judged {
            test: family.clone(),
            failures: checked.failures.iter().map(|what| format!("sections: {place}: {what}")).collect(),
            digest: Some(keccak256(lefts)),
            ..Judged::default()
        };
        stop.note(judged.failures.len());
        (judged, (checked.n_states, checked.n_compared))
    };
    let codes = codes();
    let codes = codes.par_iter().take_any_while(|_| stop.goes_on());
    let (judged, counts): (Vec<Judged>, Vec<(u64, u64)>) = codes.map_init(sides, one).unzip();
    // What is counted are states, not codes.
    let n_cases = counts.iter().map(|(n_states, _)| n_states).sum();
    let n_compared = counts.iter().map(|(_, n_compared)| n_compared).sum();
    Some(Part { n_cases, n_compared, ..sum("sections", judged) })
}

/// Every code of the corpus in the latest revision that it is for, and generated ones; each once.
fn codes() -> Vec<(String, String, Revision, Code)> {
    let recorded = corpus::FILES.iter().filter_map(|(name, text)| {
        let file = format::evm::read(text.as_bytes(), name).ok()?;
        let (case, _) = file.cases().last()?;
        Some(((*name).to_owned(), (*name).to_owned(), case))
    });
    let generated = (0..CASES).map(|index| {
        let case = r#gen::from_seed(SEED, index, &r#gen::Profile::default());
        let family = case.name.split(' ').next().unwrap_or_default().to_owned();
        (family, format!("`unanimous generate --seed {SEED} {index}`"), case)
    });
    let mut seen = BTreeSet::new();
    let mut codes = Vec::new();
    for (family, place, case) in recorded.chain(generated) {
        for code in codes_of(&case).filter(|code| seen.insert((case.revision, code.hash()))) {
            codes.push((family.clone(), place.clone(), case.revision, code));
        }
    }
    codes
}

fn codes_of(case: &Case) -> impl Iterator<Item = Code> {
    let codes = case.accounts.values().map(|account| account.code.clone());
    codes.filter(|code| !code.is_empty()).map(Code::new)
}
