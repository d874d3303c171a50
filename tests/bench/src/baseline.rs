//! revm in this process: the engine that speeds are quoted against.
//!
//! It is prepared and run in two steps, because the two are timed apart: [`prepare`] builds the database from the
//! case, which includes revm's analysis of the jump destinations, and [`Prepared::run`] executes the transaction.

use crate::Ended;
use api::{Case, Fee, Revision, Transaction, U256};
use revm::context::result::{ExecResultAndState, ExecutionResult};
use revm::context::{BlockEnv, TxEnv};
use revm::database::{CacheDB, EmptyDB, InMemoryDB};
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::{TxKind, hardfork::SpecId};
use revm::state::{AccountInfo, Bytecode, EvmState};
use revm::{Context, ExecuteEvm, MainBuilder, MainContext};

/// The name in tables.
pub const NAME: &str = "revm";

/// A case that only has to be executed.
pub struct Prepared {
    evm: MainnetEvm<MainnetContext<InMemoryDB>>,
    transaction: TxEnv,
}

/// What revm made of it: the result and the accounts that it touched.
pub type Executed = ExecResultAndState<ExecutionResult, EvmState>;

/// Builds revm's database and environment.
pub fn prepare(case: &Case) -> Result<Prepared, String> {
    let [transaction] = case.transactions.as_slice() else {
        return Err(format!("a workload has one transaction, `{}` has {}", case.name, case.transactions.len()));
    };
    let transaction = tx_env(transaction)?;
    let spec = spec_id(case.revision)?;
    let block = block_env(case);
    let evm = Context::mainnet()
        .with_db(database(case)?)
        .with_block(block)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(spec);
            cfg.chain_id = case.chain_id;
            if case.gas_uncapped {
                cfg.tx_gas_limit_cap = Some(u64::MAX);
            }
        })
        .build_mainnet();
    Ok(Prepared { evm, transaction })
}

impl Prepared {
    /// Executes the transaction. What it changed stays in the result: the database is as before.
    pub fn run(&mut self) -> Result<Executed, String> {
        self.evm.transact(self.transaction.clone()).map_err(|error| format!("revm rejects the transaction: {error}"))
    }
}

/// How the transaction ended.
pub fn ended(executed: &Executed) -> Ended {
    let result = &executed.result;
    Ended {
        success: result.is_success(),
        gas_used: result.tx_gas_used(),
        output: result.output().cloned().unwrap_or_default(),
    }
}

fn database(case: &Case) -> Result<InMemoryDB, String> {
    let mut database = CacheDB::new(EmptyDB::default());
    for (address, account) in &case.accounts {
        let code = Bytecode::new_raw(account.code.clone());
        let info = AccountInfo::default().with_balance(account.balance).with_nonce(account.nonce).with_code(code);
        database.insert_account_info(*address, info);
        for (key, value) in &account.storage {
            database
                .insert_account_storage(*address, *key, *value)
                .map_err(|error| format!("revm's database refuses slot {key} of {address}: {error}"))?;
        }
    }
    for (number, hash) in &case.block.hashes {
        database.cache.block_hashes.insert(U256::from(*number), *hash);
    }
    Ok(database)
}

fn block_env(case: &Case) -> BlockEnv {
    let block = &case.block;
    BlockEnv {
        number: U256::from(block.number),
        beneficiary: block.coinbase,
        timestamp: U256::from(block.timestamp),
        gas_limit: block.gas_limit,
        basefee: block.base_fee,
        difficulty: block.difficulty,
        prevrandao: Some(block.prevrandao),
        ..BlockEnv::default()
    }
}

fn tx_env(transaction: &Transaction) -> Result<TxEnv, String> {
    let Fee::Price(price) = transaction.fee else {
        return Err("a workload has a legacy transaction; this one has a fee market".to_owned());
    };
    if transaction.kind() != 0 {
        return Err(format!("a workload has a legacy transaction; this one has type {}", transaction.kind()));
    }
    Ok(TxEnv {
        caller: transaction.sender,
        nonce: transaction.nonce,
        gas_limit: transaction.gas_limit,
        gas_price: u128::try_from(price).map_err(|_| format!("gas price {price} does not fit revm's 128 bits"))?,
        kind: transaction.to.map_or(TxKind::Create, TxKind::Call),
        value: U256::checked_from_limbs_slice(transaction.value.as_limbs())
            .ok_or_else(|| format!("value {} does not fit 256 bits", transaction.value))?,
        data: transaction.data.clone(),
        chain_id: None,
        ..TxEnv::default()
    })
}

fn spec_id(revision: Revision) -> Result<SpecId, String> {
    Ok(match revision {
        Revision::Frontier => SpecId::FRONTIER,
        Revision::Homestead => SpecId::HOMESTEAD,
        Revision::Tangerine => SpecId::TANGERINE,
        Revision::Spurious => SpecId::SPURIOUS_DRAGON,
        Revision::Byzantium => SpecId::BYZANTIUM,
        Revision::Constantinople => return Err("revm has no rules for Constantinople".to_owned()),
        Revision::Petersburg => SpecId::PETERSBURG,
        Revision::Istanbul => SpecId::ISTANBUL,
        Revision::Berlin => SpecId::BERLIN,
        Revision::London => SpecId::LONDON,
        Revision::Paris => SpecId::MERGE,
        Revision::Shanghai => SpecId::SHANGHAI,
        Revision::Cancun => SpecId::CANCUN,
        Revision::Prague => SpecId::PRAGUE,
        Revision::Osaka => SpecId::OSAKA,
    })
}
