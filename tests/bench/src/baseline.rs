//! revm in this process: the engine that speeds are quoted against.
//!
//! It is prepared and run in two steps, because the two are timed apart: [`prepare`] builds the state from the case,
//! which includes revm's analysis of the jump destinations, and [`Prepared::run`] executes the transaction.

use crate::Ended;
use api::{Bytes, Case};
pub use peers::{Executed, Prepared};

/// The name in tables.
pub const NAME: &str = "revm";

/// Builds revm's state and environment.
pub fn prepare(case: &Case) -> Result<Prepared, String> {
    Prepared::new(case)
}

/// How the transaction ended.
pub fn ended(executed: &Executed) -> Ended {
    let result = &executed.result;
    let output: Bytes = result.output().cloned().unwrap_or_default();
    Ended { success: result.is_success(), gas_used: result.tx_gas_used(), output }
}
