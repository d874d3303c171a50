//! A case with one transaction in two steps, because benchmarks time them apart: [`Prepared::new`] builds the state,
//! which includes revm's analysis of the code, and [`Prepared::run`] executes the transaction.

use crate::env::{Evm, evm, tx_env};
use crate::support;
use api::Case;
use revm::ExecuteEvm;
use revm::context::TxEnv;
use revm::context::result::{ExecResultAndState, ExecutionResult};
use revm::state::EvmState;

/// A transaction that only has to be executed.
pub struct Prepared {
    evm: Evm,
    transaction: TxEnv,
}

/// What revm made of it: the result and the accounts that it touched.
pub type Executed = ExecResultAndState<ExecutionResult, EvmState>;

impl Prepared {
    /// Builds revm's state and environment.
    pub fn new(case: &Case) -> Result<Prepared, String> {
        let [transaction] = case.transactions.as_slice() else {
            return Err(format!("`{}` has {} transactions; give a case with one", case.name, case.transactions.len()));
        };
        support::supports(case).map_err(|why| why.to_string())?;
        let evm = evm(case).map_err(|why| why.to_string())?;
        Ok(Prepared { evm, transaction: tx_env(case, transaction) })
    }

    /// Executes the transaction. What it changed stays in the result: the state is as before.
    pub fn run(&mut self) -> Result<Executed, String> {
        self.evm.transact(self.transaction.clone()).map_err(|error| format!("revm rejects the transaction: {error}"))
    }
}
