//! A case in revm's own words: rules, block and transactions.

use crate::authority::recovered;
use crate::blobs;
use crate::database::Database;
use crate::memory::MemoryGuard;
use api::{Case, Fee, Revision, Transaction, U256, Unsupported};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::context_interface::ContextTr;
use revm::context_interface::either::Either;
use revm::context_interface::transaction::{AccessList, AccessListItem};
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::{B256, TxKind, hardfork::SpecId};
use revm::{MainBuilder, MainContext};
use spec::limits;

/// revm with our state below it.
pub(crate) type Evm = MainnetEvm<MainnetContext<Database>, MemoryGuard>;

/// revm, ready for the transactions of a case.
pub(crate) fn evm(case: &Case) -> Result<Evm, Unsupported> {
    let spec = spec_id(case.revision)?;
    let block = block_env(case)?;
    Ok(Context::mainnet()
        .with_db(Database::new(case))
        .with_block(block)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(spec);
            configure(cfg, case);
        })
        .build_mainnet_with_inspector(MemoryGuard::default()))
}

/// Makes a used revm of the same revision one for this case.
pub(crate) fn reset(evm: &mut Evm, case: &Case) -> Result<(), Unsupported> {
    evm.ctx.block = block_env(case)?;
    evm.ctx.modify_cfg(|cfg| {
        (cfg.tx_gas_limit_cap, cfg.max_blobs_per_tx) = (None, None);
        configure(cfg, case);
    });
    *evm.ctx.db_mut() = Database::new(case);
    evm.inspector = MemoryGuard::default();
    Ok(())
}

/// The rules by revm's name.
pub(crate) fn spec_id(revision: Revision) -> Result<SpecId, Unsupported> {
    Ok(match revision {
        Revision::Frontier => SpecId::FRONTIER,
        Revision::Homestead => SpecId::HOMESTEAD,
        Revision::Tangerine => SpecId::TANGERINE,
        Revision::Spurious => SpecId::SPURIOUS_DRAGON,
        Revision::Byzantium => SpecId::BYZANTIUM,
        Revision::Constantinople => {
            return Err(Unsupported("revm goes from Byzantium to Petersburg: it never had EIP-1283".to_owned()));
        }
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

/// What cases of one revision may differ in.
fn configure(cfg: &mut CfgEnv, case: &Case) {
    cfg.chain_id = case.chain_id;
    cfg.memory_limit = limits::MEMORY;
    if case.gas_uncapped {
        cfg.tx_gas_limit_cap = Some(u64::MAX);
    }
}

fn block_env(case: &Case) -> Result<BlockEnv, Unsupported> {
    let block = &case.block;
    Ok(BlockEnv {
        number: U256::from(block.number),
        beneficiary: block.coinbase,
        timestamp: U256::from(block.timestamp),
        gas_limit: block.gas_limit,
        // revm checks fees against it in every revision.
        basefee: if case.revision.is(Revision::London) { block.base_fee } else { 0 },
        difficulty: block.difficulty,
        prevrandao: Some(block.prevrandao),
        blob_excess_gas_and_price: blobs::price(case)?,
        ..BlockEnv::default()
    })
}

/// A transaction. [`crate::support`] has seen to it that its value fits; a fee that does not fit is more than
/// anybody has.
pub(crate) fn tx_env(case: &Case, transaction: &Transaction) -> TxEnv {
    let narrow = |fee: U256| u128::try_from(fee).unwrap_or(u128::MAX);
    let blobs = transaction.carried_blobs();
    let authorizations = transaction.authorizations.iter().flatten();
    TxEnv {
        tx_type: transaction.kind(),
        caller: transaction.sender,
        gas_limit: transaction.gas_limit,
        gas_price: narrow(transaction.fee_max()),
        kind: transaction.to.map_or(TxKind::Create, TxKind::Call),
        value: transaction.value.to(),
        data: transaction.data.clone(),
        nonce: transaction.nonce,
        chain_id: Some(case.chain_id),
        access_list: access_list(transaction),
        gas_priority_fee: match transaction.fee {
            Fee::Price(_) => None,
            Fee::Market { priority, .. } => Some(narrow(priority)),
        },
        blob_hashes: blobs.map(|blobs| blobs.hashes.clone()).unwrap_or_default(),
        max_fee_per_blob_gas: blobs.map_or(0, |blobs| narrow(blobs.max_fee)),
        authorization_list: authorizations.map(|authorization| Either::Right(recovered(authorization))).collect(),
    }
}

fn access_list(transaction: &Transaction) -> AccessList {
    let item = |(address, keys): &(_, Vec<U256>)| AccessListItem {
        address: *address,
        storage_keys: keys.iter().map(|key| B256::from(*key)).collect(),
    };
    AccessList(transaction.access_list.iter().flatten().map(item).collect())
}
