//! Makes a case as small as it can be while a property of it stays.
//!
//! A round proposes smaller cases in a fixed order, the boldest first; the first proposal that keeps the property is
//! taken and the order goes on behind it. Rounds follow until none takes anything. Proposals are tried in
//! parallel, but the winner is always the first by order, so one thread and sixteen give the same case.

mod code;
mod propose;

use api::Case;
use oracle::{Crew, Signature, Tolerances, judge};
use rayon::prelude::*;
use std::sync::Mutex;

/// How much work a reduction may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Proposals that may be tried.
    pub tries_max: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { tries_max: 200_000 }
    }
}

/// What a reduction came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduced {
    /// The smallest case that was found.
    pub case: Case,
    /// Proposals counted against the budget: the same for any number of threads.
    pub tries: u64,
    /// Whether nothing smaller is known, or the budget was spent.
    pub complete: bool,
}

/// Proposals that are tried together.
const BATCH: usize = 64;

/// Reduces a case while `keeps` holds. The case itself must have the property.
pub fn reduce(case: &Case, budget: Budget, keeps: impl Fn(&Case) -> bool + Sync) -> Reduced {
    let mut best = case.clone();
    let mut tries = 0;
    loop {
        let before = best.clone();
        for kind in propose::KINDS {
            let mut skip = 0;
            loop {
                // Proposals behind the last winner, made from the case it left.
                let proposals: Vec<Case> =
                    kind(&best).skip(skip).take(BATCH).filter(|smaller| *smaller != best).collect();
                if proposals.is_empty() && kind(&best).nth(skip).is_none() {
                    break;
                }
                let winner = match fault::planted!(ReduceOrder) {
                    true => proposals.par_iter().position_any(&keeps),
                    false => proposals.par_iter().position_first(&keeps),
                };
                // What lies behind the winner in its batch does not count: with one thread it is never tried.
                tries += winner.map_or(proposals.len(), |at| at + 1) as u64;
                match winner {
                    Some(at) => best = proposals[at].clone(),
                    None => skip += BATCH,
                }
                if tries >= budget.tries_max {
                    return Reduced { case: best, tries, complete: false };
                }
            }
        }
        if best == before {
            return Reduced { case: best, tries, complete: true };
        }
    }
}

/// Crews for threads to borrow.
pub struct Crews {
    free: Mutex<Vec<Crew>>,
    pattern: Mutex<Crew>,
}

impl Crews {
    /// Crews like this one.
    pub fn like(crew: &Crew) -> Crews {
        Crews { free: Mutex::new(Vec::new()), pattern: Mutex::new(crew.again()) }
    }

    /// Runs something with a crew of its own.
    pub fn with<T>(&self, run: impl FnOnce(&mut Crew) -> T) -> T {
        let free = self.free.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
        let mut crew = match free {
            Some(crew) => crew,
            None => self.pattern.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).again(),
        };
        let result = run(&mut crew);
        self.free.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(crew);
        result
    }
}

/// Reduces a case while a divergence with this signature stays.
pub fn reduce_finding(
    crews: &Crews,
    case: &Case,
    signature: &Signature,
    tolerances: &Tolerances,
    budget: Budget,
) -> Reduced {
    reduce(case, budget, |smaller| {
        let verdict = crews.with(|crew| judge(crew, smaller, tolerances));
        verdict
            .divergences
            .iter()
            .any(|divergence| fault::planted!(ReduceSignature) || divergence.signature == *signature)
    })
}
