//! `sweep`: a case at every gas edge, and again.

use crate::args::SweepArgs;
use crate::crew::{crew, first_case, tolerances};
use crate::exit::{Exit, Failure};
use oracle::{gas_edges, judge, repeat, with_gas};
use std::collections::BTreeMap;
use std::io::Write;

/// Sweeps a case.
pub(crate) fn sweep(args: &SweepArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut crew = crew(&args.engines)?;
    let case = first_case(&args.case)?;
    let tolerances = tolerances()?;
    let edges = gas_edges(&mut crew, &case, args.edges);
    let (mut n_compared, mut found) = (0, BTreeMap::<String, (u64, u64)>::new());
    for gas_limit in &edges {
        let verdict = judge(&mut crew, &with_gas(&case, *gas_limit), &tolerances);
        n_compared += u64::from(verdict.runs.iter().filter(|(_, ran)| ran.outcome().is_some()).count() > 1);
        for divergence in &verdict.divergences {
            found.entry(divergence.signature.to_string()).or_insert((*gas_limit, 0)).1 += 1;
        }
    }
    for (signature, (first, count)) in &found {
        writeln!(out, "DIFFERS  {signature}: {count} limits, the first is {first}")?;
    }
    let unstable = repeat(&mut crew, &case);
    for line in &unstable {
        writeln!(out, "UNSTABLE {line}")?;
    }
    let (n, engines) = (edges.len(), crew.names().join(", "));
    writeln!(
        out,
        "{n} gas limits on {engines}: {n_compared} compared, {} kinds of divergence, {} unstable",
        found.len(),
        unstable.len()
    )?;
    Ok(match (found.is_empty() && unstable.is_empty(), n_compared > 0) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}
