//! Which cases revm can run. What it does differently on purpose is refused here, with the reason.

use crate::{blobs, env};
use api::case::Value;
use api::{Case, Revision, Transaction, U256, Unsupported};
use spec::limits;

/// The first amount that does not fit the 128 bits in which revm keeps prices and fees.
const WIDE: U256 = U256::from_limbs([0, 0, 1, 0]);

/// Whether revm can run the case.
pub(crate) fn supports(case: &Case) -> Result<(), Unsupported> {
    env::spec_id(case.revision)?;
    require(!too_long(case), "revm validates no blocks, and this one is too long (EIP-7934)")?;
    require(
        case.transactions.iter().all(|transaction| transaction.value <= Value::from(U256::MAX)),
        "revm decodes no transactions, and a value beyond 256 bits exists only in one that is not decoded",
    )?;
    let Some(supply) = supply(case) else {
        let why = "no rule says what a balance beyond 256 bits is, and together these accounts have more";
        return Err(Unsupported(why.to_owned()));
    };
    require(
        // Nobody could pay a fee that revm cannot represent: no ether is ever made by a transaction.
        supply < WIDE || case.transactions.iter().all(fee_fits),
        "revm keeps fees in 128 bits because there is less ether than that; here there is more",
    )?;
    require(
        case.transactions.iter().all(priority_fits),
        "revm keeps fees in 128 bits; a priority fee beyond them cannot be told from another",
    )?;
    blobs::price(case).map(|_| ())
}

fn require(holds: bool, why: &str) -> Result<(), Unsupported> {
    if holds { Ok(()) } else { Err(Unsupported(why.to_owned())) }
}

fn too_long(case: &Case) -> bool {
    case.revision.is(Revision::Osaka) && case.block.rlp_len.is_some_and(|len| len > limits::BLOCK_RLP)
}

/// All ether of the case, if 256 bits hold it.
fn supply(case: &Case) -> Option<U256> {
    case.accounts.values().try_fold(U256::ZERO, |sum, account| sum.checked_add(account.balance))
}

/// Whether all gas together, and all blobs, are paid with less than 2^128.
fn fee_fits(transaction: &Transaction) -> bool {
    let gas = transaction.fee_max().checked_mul(U256::from(transaction.gas_limit));
    let blobs = transaction.carried_blobs().map_or(U256::ZERO, |blobs| blobs.max_fee);
    gas.is_some_and(|fee| fee < WIDE) && blobs < WIDE
}

fn priority_fits(transaction: &Transaction) -> bool {
    match transaction.fee {
        api::Fee::Price(_) => true,
        api::Fee::Market { priority, .. } => priority < WIDE,
    }
}
