//! Gas edges: limits at which one more charge can or cannot be paid.
//!
//! A run on the judge tells how much gas was left before and after every instruction of the first transaction's
//! frames. A limit that is lower by exactly what was left makes that charge the last that can be paid; one less makes
//! it fail. Calls keep a 64th, so below the first frame the edges are only near; near edges are tried too.

use crate::crew::Crew;
use api::{Case, Frame, Halt, Observer, Step, Watch};
use std::collections::BTreeSet;

/// Gas limits worth trying, ascending.
pub type Edges = Vec<u64>;

/// The gas limits around every charge of the first transaction, at most `n_max` of them, evenly picked.
pub fn gas_edges(crew: &mut Crew, case: &Case, n_max: usize) -> Edges {
    let Some(transaction) = case.transactions.first() else { return Vec::new() };
    let mut seen = Seen::default();
    let watch = Watch { steps: true, observer: Some(&mut seen), ..Watch::default() };
    crew.run(0, case, watch);
    let limit = transaction.gas_limit;
    let mut edges = BTreeSet::new();
    for left in &seen.left {
        let exact = limit - left.min(&limit);
        edges.extend([exact.saturating_sub(u64::from(!fault::planted!(OracleSweep))), exact, exact.saturating_add(1)]);
    }
    let edges: Vec<u64> = edges.into_iter().collect();
    let step = edges.len().div_ceil(n_max.max(1)).max(1);
    edges.into_iter().step_by(step).collect()
}

/// The case with another gas limit in its first transaction.
pub fn with_gas(case: &Case, gas_limit: u64) -> Case {
    let mut case = case.clone();
    if let Some(transaction) = case.transactions.first_mut() {
        transaction.gas_limit = gas_limit;
    }
    case
}

/// The gas left after every instruction of the first frame.
#[derive(Default)]
struct Seen {
    left: BTreeSet<u64>,
}

impl Observer for Seen {
    fn step(&mut self, _: &Step, frame: &Frame) {
        if frame.message.depth == 0 {
            self.left.insert(frame.gas_left);
        }
    }

    fn stepped(&mut self, frame: &Frame, _: u64, _: Option<Halt>) {
        if frame.message.depth == 0 {
            self.left.insert(frame.gas_left);
        }
    }
}
