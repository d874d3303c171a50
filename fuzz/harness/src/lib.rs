//! What fuzz targets check, as functions: a target is a few lines, and a test runs the same for a second.
//!
//! Inputs are cases in the compact form ([`format::binary`]), as in every corpus of a fuzzer here. It is rendered like the other
//! forms, so a corpus outlives every change of the generator; reading it parses no text; and every command reads it. What is no
//! case is rejected. [`mutate`] and [`crossover`] make cases of cases, so that a fuzzer spends nothing on bytes that are none.
//!
//! A check says whether the input was of use, or what is wrong.

mod canary;
mod compile;
mod differential;
mod formats;
mod mutator;
mod reduce;
mod seeds;

pub use compile::compile;
pub use differential::{Bench, UnknownEngine, differential};
pub use formats::formats;
pub use mutator::{crossover, mutate};
pub use reduce::reduce;
pub use seeds::{dictionary, seeds};

use api::Case;

/// Whether an input was of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It was checked.
    Checked,
    /// It is no case, or one that takes too long: a corpus should not hold it.
    Rejected,
}

/// Whether an input was of use, or what is wrong with the code that it was checked on.
pub type Check = Result<Use, String>;

/// Gas of all transactions of a case; more would only make a fuzzer slow.
const GAS_MAX: u64 = 20_000_000;

/// The case that the input is, if it is one that can be run quickly.
fn case(data: &[u8]) -> Option<Case> {
    let case = format::binary::read(data, "input").ok()?.case;
    let gas = case.transactions.iter().map(|transaction| transaction.gas_limit).fold(0, u64::saturating_add);
    (gas <= GAS_MAX).then_some(case)
}
