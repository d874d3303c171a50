//! A small campaign over deployed contracts, which are read from `$UNANIMOUS_FIXTURES/contracts` and are not kept here.
//! Without the variable it is ignored and named as skipped.

use api::Bytes;
use campaign::{Campaign, Evidence, Keeper, Known, Limits, Plan, Progress, Shard, State};
use r#gen::Mix;
use libtest_mimic::{Arguments, Failed, Trial};
use oracle::{Crew, Tolerances};
use reduce::Crews;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

const CASES: u64 = 1500;

fn main() -> std::process::ExitCode {
    let folder = suite::fixtures().map(|root| root.join("contracts"));
    if folder.is_none() {
        let line = format!("skipped: contracts, {CASES} cases: UNANIMOUS_FIXTURES is not set");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    let skipped = folder.is_none();
    let trial = Trial::test("contracts::campaign", move || agree(folder)).with_ignored_flag(skipped);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn contracts(folder: &Path) -> Result<Vec<Bytes>, Failed> {
    let mut contracts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "hex") {
            contracts.push(alloy_primitives::hex::decode(std::fs::read(&path)?.trim_ascii())?.into());
        }
    }
    contracts.sort();
    Ok(contracts)
}

/// No engine parts from the judge, whatever is called; and the calls get past the dispatchers.
fn agree(folder: Option<PathBuf>) -> Result<(), Failed> {
    let contracts = contracts(&folder.ok_or("skipped: UNANIMOUS_FIXTURES is not set")?)?;
    let n_contracts = contracts.len();
    let mix = Mix { contracts, ..Mix::default() };
    let engines: Vec<String> = registry::names().chain(registry::peers()).map(str::to_owned).collect();
    let crew = Crew::new(&engines, |name| registry::make(name).ok())?;
    let plan = Plan {
        seed: 1,
        cases: CASES,
        engines,
        profile: "contracts".into(),
        shard: Shard::WHOLE,
        every: BTreeMap::new(),
    };
    let tolerances = Tolerances::read(oracle::TOLERANCES)?;
    let campaign = Campaign {
        plan: &plan,
        source: &|index| mix.case(1, index),
        crews: Crews::like(&crew),
        tolerances: &tolerances,
        limits: Limits::default(),
        keeper: &Nowhere,
        known: &Known::default(),
        alive: &|_| (),
    };
    let state = campaign.run(State::default(), &ToTheEnd);
    let ledger = &state.ledger;
    let came_back: u64 = ["return", "revert", "stop"].iter().filter_map(|end| ledger.ends.get(*end)).sum();
    let deep = ledger.instructions.values().sum::<u64>() / ledger.sampled.max(1);
    if !state.found.is_empty() || n_contracts < 50 || ledger.judged < CASES * 9 / 10 || came_back < CASES || deep < 100
    {
        let found: Vec<&String> = state.found.keys().collect();
        return Err(format!("{n_contracts} contracts, {deep} instructions a case, {found:?}: {ledger:?}").into());
    }
    Ok(())
}

struct Nowhere;

impl Keeper for Nowhere {
    fn keep(&self, evidence: &Evidence) -> Result<String, String> {
        Err(format!("unanimous generate --contracts FOLDER {}", evidence.index))
    }
}

struct ToTheEnd;

impl Progress for ToTheEnd {
    fn go_on(&self, _: &State) -> bool {
        true
    }

    fn is_stopping(&self) -> bool {
        false
    }

    fn seen(&self, _: &str, _: u64) {}
}
