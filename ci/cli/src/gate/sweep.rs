//! Generated cases with gas limits at every edge: what differs by one gas is found where one gas decides.

use super::part::{Judged, Part, Stop, sum};
use oracle::{Tolerances, gas_edges, judge, with_gas};
use reduce::Crews;

/// The seed of the cases.
const SEED: u64 = 2;
/// How many cases are swept.
const CASES: u64 = 256;
/// Limits that are tried for each, at most.
const EDGES_MAX: usize = 96;

/// Sweeps the cases.
pub(super) fn sweep(crews: &Crews, tolerances: &Tolerances, stop: &Stop) -> Part {
    let one = |index: u64| {
        let case = r#gen::from_seed(SEED, index, &r#gen::Profile::default());
        crews.with(|crew| {
            let edges = gas_edges(crew, &case, EDGES_MAX);
            let judged = edges.into_iter().map(|gas_limit| {
                let verdict = judge(crew, &with_gas(&case, gas_limit), tolerances);
                let place = format!("sweep: `unanimous generate --seed {SEED} {index}` with {gas_limit} gas");
                let family = case.name.split(' ').next().unwrap_or_default().to_owned();
                Judged::of(family, &place, &verdict)
            });
            judged.collect::<Vec<_>>()
        })
    };
    sum("sweep", stop.each(0..CASES, one))
}
