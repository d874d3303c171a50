//! [`Revm`]: whole cases on revm.
//!
//! A revm is used for case after case, see `pool`; one that panicked is not used again.

use crate::database::Database;
use crate::env::{Evm, tx_env};
use crate::memory::GAS_SAFE;
use crate::rejection::{missing_callee, rejection};
use crate::{blobs, pool, support};
use api::{
    Case, Engine, EngineError, EngineId, Field, Log, Outcome, Receipt, Rejection, Revision, Transaction, TxOutcome,
    Unsupported, Watch,
};
use revm::context::result::{EVMError, ExecutionResult};
use revm::context_interface::ContextTr;
use revm::{ExecuteEvm, InspectEvm};
use spec::limits;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The version of revm.
pub const VERSION: &str = "43.0.3";

/// revm in this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Revm;

impl Engine for Revm {
    fn id(&self) -> EngineId {
        EngineId { name: "revm".into(), family: "revm".into(), version: VERSION.into(), ..EngineId::default() }
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        support::supports(case)
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        support::supports(case).map_err(EngineError::Unsupported)?;
        if watch.checkpoints || watch.steps {
            let why = "revm reports neither checkpoints nor steps; watch an engine of this repository".to_owned();
            return Err(EngineError::Unsupported(Unsupported(why)));
        }
        catch_unwind(AssertUnwindSafe(|| execute(case))).unwrap_or_else(|panic| Err(crash(panic.as_ref())))
    }
}

fn crash(panic: &(dyn Any + Send)) -> EngineError {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    EngineError::Crash(format!("revm panicked: {text}"))
}

/// What the transactions of a block have used. revm sees one at a time and leaves the sums to its client.
#[derive(Default)]
struct Used {
    gas: u64,
    blobs: u64,
}

fn execute(case: &Case) -> Result<Outcome, EngineError> {
    let mut evm = pool::take(case).map_err(EngineError::Unsupported)?;
    let mut used = Used::default();
    let mut transactions = Vec::with_capacity(case.transactions.len());
    for transaction in &case.transactions {
        transactions.push(transact(&mut evm, case, transaction, &mut used)?);
    }
    let database: &mut Database = evm.ctx.db_mut();
    let state = std::mem::take(database).into_state();
    pool::put_back(evm, case.revision);
    Ok(Outcome { transactions, state: Field::Known(state), state_root: Field::Unknown })
}

fn transact(evm: &mut Evm, case: &Case, transaction: &Transaction, used: &mut Used) -> Result<TxOutcome, EngineError> {
    let env = tx_env(case, transaction);
    if let Some(why) = missing_callee(&env, case.revision) {
        return Ok(TxOutcome::Rejected(why));
    }
    evm.ctx.modify_cfg(|cfg| cfg.max_blobs_per_tx = Some(blobs_max(case, used)));
    let executed = if env.gas_limit > GAS_SAFE { evm.inspect_tx(env) } else { evm.transact(env) };
    if evm.inspector.reached {
        let what = format!("the frames of a case may hold {} bytes of memory together", limits::MEMORY);
        return Err(EngineError::Limit(what));
    }
    let executed = match executed {
        Ok(executed) => executed,
        Err(EVMError::Transaction(why)) => return rejection(&why).map(TxOutcome::Rejected),
        Err(error) => return Err(EngineError::Crash(format!("revm failed: {error}"))),
    };
    // What only a client knows is asked last, so that a transaction which revm rejects has revm's reason.
    if transaction.gas_limit > case.block.gas_limit.saturating_sub(used.gas) {
        return Ok(TxOutcome::Rejected(Rejection::GasAboveBlock));
    }
    evm.ctx.db_mut().apply(executed.state);
    let receipt = receipt(executed.result);
    used.gas = used.gas.saturating_add(receipt.gas_used);
    used.blobs += transaction.carried_blobs().map_or(0, |blobs| blobs.hashes.len() as u64);
    Ok(TxOutcome::Executed(Box::new(receipt)))
}

/// Blobs that fit: in the rest of the block, and from Osaka on in a transaction (EIP-7594).
fn blobs_max(case: &Case, used: &Used) -> u64 {
    let block_max = blobs::schedule(case).map_or(0, |schedule| schedule.max).saturating_sub(used.blobs);
    if case.revision.is(Revision::Osaka) { block_max.min(limits::TX_BLOBS as u64) } else { block_max }
}

fn receipt(result: ExecutionResult) -> Receipt {
    let (success, gas_used, created) = (result.is_success(), result.tx_gas_used(), result.created_address());
    let output = result.output().cloned().unwrap_or_default();
    let log = |log: revm::primitives::Log| {
        let (topics, data) = log.data.split();
        Log { address: log.address, topics, data }
    };
    let logs = result.into_logs().into_iter().map(log).collect();
    Receipt { success, gas_used, output, logs, created, exact: Field::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_is_built_in() {
        let lock = include_str!("../../../Cargo.lock");
        let package = format!("name = \"revm\"\nversion = \"{VERSION}\"\n");
        assert!(
            lock.contains(&package),
            "VERSION is {VERSION}; Cargo.lock has another: change engines/peers/src/engine.rs"
        );
    }
}
