//! `sweep`: a case at every gas edge, and again.

use crate::args::SweepArgs;
use crate::crew::{cases, crew, tolerances};
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::roster::Roster;
use oracle::{gas_edges, judge, repeat, with_gas};
use std::collections::BTreeMap;
use std::io::Write;

/// Sweeps a case.
pub(crate) fn sweep(args: &SweepArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut crew = crew(&args.engines, roster)?;
    let tolerances = tolerances()?;
    let (mut n_limits, mut n_compared, mut n_unknown) = (0u64, 0u64, 0u64);
    let mut found = BTreeMap::<String, (u64, u64)>::new();
    let mut unstable = Vec::new();
    for case in cases(&args.case)? {
        for gas_limit in gas_edges(&mut crew, &case, args.edges) {
            let verdict = judge(&mut crew, &with_gas(&case, gas_limit), &tolerances);
            n_limits += 1;
            n_compared += u64::from(verdict.n_outcomes() > 1);
            n_unknown += u64::from(verdict.is_inconclusive());
            for divergence in &verdict.divergences {
                let signature = format!("{} in {}", divergence.signature, case.revision);
                found.entry(signature).or_insert((gas_limit, 0)).1 += 1;
            }
        }
        unstable.extend(repeat(&mut crew, &case));
    }
    for (signature, (first, count)) in &found {
        writeln!(out, "DIFFERS  {signature}: {count} limits, the first is {first}")?;
    }
    for line in &unstable {
        writeln!(out, "UNSTABLE {line}")?;
    }
    if n_unknown > 0 {
        writeln!(out, "LIMIT    {n_unknown} of the runs met a resource limit: nothing is concluded about these")?;
    }
    let engines = crew.names().join(", ");
    writeln!(
        out,
        "{n_limits} gas limits on {engines}: {n_compared} compared, {} kinds of divergence, {} unstable",
        found.len(),
        unstable.len()
    )?;
    Ok(match (found.is_empty() && unstable.is_empty(), n_compared > 0 && n_unknown == 0) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}
