//! revm and every engine end every workload as the index says: status, gas of the transaction and of its first frame,
//! and output. Without the fixtures each of these tests is ignored and named as skipped.

use api::{Engine, Field, Watch};
use bench::{Ended, Workload, baseline, workload};
use libtest_mimic::{Arguments, Failed, Trial};
use std::io::Write;
use std::path::PathBuf;

/// Rows of the index.
const WORKLOADS: usize = 60;

fn main() -> std::process::ExitCode {
    let folder = workload::folder();
    let names: Vec<String> = registry::names().map(str::to_owned).collect();
    if folder.is_none() {
        let (n, list) = (names.len() + 2, names.join(", "));
        let variable = workload::VARIABLE;
        let line = format!("skipped: {n} tests of {WORKLOADS} workloads (revm, heavy, {list}): {variable} is not set");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    let mut trials = vec![trial("revm", &folder, revm), trial("heavy", &folder, heavy)];
    for name in names {
        let check = move |workloads: Vec<Workload>| engine(&name, &workloads);
        let title = registry::names().nth(trials.len() - 2).unwrap_or_default().to_owned();
        trials.push(trial(&title, &folder, check));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(
    name: &str,
    folder: &Option<PathBuf>,
    check: impl FnOnce(Vec<Workload>) -> Result<(), String> + Send + 'static,
) -> Trial {
    let folder = folder.clone();
    let skipped = folder.is_none();
    let run = move || {
        let Some(folder) = folder else { return Err(Failed::from("skipped: UNANIMOUS_FIXTURES is not set")) };
        let workloads = workload::all(&folder)?;
        if workloads.len() != WORKLOADS {
            return Err(format!("{} workloads, expected {WORKLOADS}", workloads.len()).into());
        }
        check(workloads).map_err(Failed::from)
    };
    Trial::test(format!("workloads::{name}"), run).with_ignored_flag(skipped)
}

fn collect(wrong: Vec<String>) -> Result<(), String> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn revm(workloads: Vec<Workload>) -> Result<(), String> {
    let differs = |workload: &Workload| {
        let run = baseline::prepare(&workload.case).and_then(|mut prepared| prepared.run());
        let checked = run.and_then(|executed| workload.expected.check(&baseline::ended(&executed)));
        checked.err().map(|why| format!("{}: {why}", workload.name))
    };
    collect(workloads.iter().filter_map(differs).collect())
}

fn heavy(workloads: Vec<Workload>) -> Result<(), String> {
    let missing = workload::HEAVY.iter().filter(|name| !workloads.iter().any(|workload| workload.name == **name));
    collect(missing.map(|name| format!("the index has no {name}")).collect())
}

fn engine(name: &str, workloads: &[Workload]) -> Result<(), String> {
    let mut engine = registry::make(name).map_err(|unknown| unknown.to_string())?;
    let differs =
        |workload: &Workload| check(engine.as_mut(), workload).err().map(|why| format!("{}: {why}", workload.name));
    collect(workloads.iter().filter_map(differs).collect())
}

fn check(engine: &mut dyn Engine, workload: &Workload) -> Result<(), String> {
    let case = &workload.case;
    let outcome = engine.run(case, Watch::exact()).map_err(|error| error.to_string())?;
    workload.expected.check(&Ended::of(&outcome)?)?;
    let receipt = outcome.transactions[0].receipt().ok_or("no receipt")?;
    let Field::Known(exact) = &receipt.exact else { return Ok(()) };
    let transaction = &case.transactions[0];
    let given = transaction.gas_limit - world::intrinsic_gas(transaction, case.revision);
    let (found, expected) = (given - exact.gas_left, workload.expected.frame_gas_used);
    if found == expected { Ok(()) } else { Err(format!("the first frame used {found} gas, expected {expected}")) }
}
