//! revm agrees with the index on every workload: the loader, the baseline and the expectations are right together.

use bench::{baseline, workload};
use std::io::Write;

#[test]
fn revm_ends_every_workload_as_the_index_says() {
    let Some(folder) = workload::folder() else {
        let names = workload::HEAVY.join(", ");
        let _ = writeln!(
            std::io::stderr(),
            "skipped: all workloads, the {} heavy ones among them ({names}): {} is not set",
            workload::HEAVY.len(),
            workload::VARIABLE
        );
        return;
    };
    let workloads = workload::all(&folder).unwrap();
    assert!(workloads.len() >= workload::HEAVY.len(), "only {} workloads", workloads.len());
    let mut wrong = Vec::new();
    for workload in &workloads {
        let run = baseline::prepare(&workload.case).and_then(|mut prepared| prepared.run());
        if let Err(why) = run.and_then(|executed| workload.expected.check(&baseline::ended(&executed))) {
            wrong.push(format!("{}: {why}", workload.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {} workloads differ:\n{}", wrong.len(), workloads.len(), wrong.join("\n"));
}

#[test]
fn every_heavy_workload_is_in_the_index() {
    let Some(folder) = workload::folder() else {
        let _ = writeln!(std::io::stderr(), "skipped: the list of heavy workloads: {} is not set", workload::VARIABLE);
        return;
    };
    let heavy = workload::heavy(&folder, "").unwrap();
    assert_eq!(heavy.len(), workload::HEAVY.len());
    assert_eq!(workload::heavy(&folder, "sha1").unwrap().len(), 2);
}
