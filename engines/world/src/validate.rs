//! Whether a transaction may be executed at all, and what it must be able to pay.
//!
//! The tests run in the order of [`Rejection`], so that a transaction with several faults is rejected for the same
//! one everywhere.

use crate::authorization::delegate;
use crate::blob::{blob_base_fee, schedule};
use crate::intrinsic::Dues;
use crate::state::World;
use alloy_primitives::U512;
use api::{Case, Fee, Rejection, Revision, Transaction, U256};
use spec::{gas, limits};

/// Version of the blob hashes (EIP-4844).
const BLOB_HASH_VERSION: u8 = 1;

/// The revision that introduced each type of transaction.
const TYPES: [Revision; 5] =
    [Revision::Frontier, Revision::Berlin, Revision::London, Revision::Cancun, Revision::Prague];

/// Tests a transaction against the rules, the block and its sender, and says what it pays in any case. `gas_used` is what the
/// block has used so far.
pub(crate) fn validate(
    case: &Case,
    transaction: &Transaction,
    world: &mut World<'_>,
    gas_used: u64,
    blobs_used: u64,
) -> Result<Dues, Rejection> {
    shape(case, transaction)?;
    blobs(case, transaction, blobs_used)?;
    authorizations(transaction)?;
    fees(case, transaction)?;
    let dues = gas_limit(case, transaction, gas_used)?;
    sender(case, transaction, world)?;
    Ok(dues)
}

fn require(holds: bool, rejection: Rejection) -> Result<(), Rejection> {
    if holds { Ok(()) } else { Err(rejection) }
}

fn shape(case: &Case, transaction: &Transaction) -> Result<(), Rejection> {
    let too_long = case.revision.is(Revision::Osaka) && case.block.rlp_len.is_some_and(|len| len > limits::BLOCK_RLP);
    require(!too_long, Rejection::BlockTooLong)?;
    require(case.revision.is(TYPES[transaction.kind() as usize]), Rejection::TypeNotSupported)?;
    require(transaction.value <= U512::from(U256::MAX), Rejection::ValueOverflow)
}

fn blobs(case: &Case, transaction: &Transaction, blobs_used: u64) -> Result<(), Rejection> {
    let Some(blobs) = transaction.carried_blobs() else { return Ok(()) };
    require(transaction.to.is_some(), Rejection::BlobCreate)?;
    require(!blobs.hashes.is_empty(), Rejection::BlobsMissing)?;
    let block_max = schedule(&case.block, case.revision).map_or(0, |schedule| schedule.max);
    let capped = case.revision.is(Revision::Osaka) && blobs.hashes.len() > limits::TX_BLOBS;
    let fits = (blobs.hashes.len() as u64).saturating_add(blobs_used) <= block_max;
    require(fits && !capped, Rejection::BlobsTooMany)?;
    require(blobs.hashes.iter().all(|hash| hash[0] == BLOB_HASH_VERSION), Rejection::BlobVersion)?;
    require(blobs.max_fee >= blob_base_fee(&case.block, case.revision), Rejection::BlobFeeTooLow)
}

fn authorizations(transaction: &Transaction) -> Result<(), Rejection> {
    let Some(authorizations) = &transaction.authorizations else { return Ok(()) };
    require(transaction.to.is_some(), Rejection::SetCodeCreate)?;
    require(!authorizations.is_empty(), Rejection::AuthorizationsMissing)
}

fn fees(case: &Case, transaction: &Transaction) -> Result<(), Rejection> {
    if let Fee::Market { max, priority } = transaction.fee {
        require(priority <= max, Rejection::PriorityAboveMax)?;
    }
    let base_fee = if case.revision.is(Revision::London) { case.block.base_fee } else { 0 };
    require(transaction.fee_max() >= U256::from(base_fee), Rejection::FeeBelowBase)
}

fn gas_limit(case: &Case, transaction: &Transaction, gas_used: u64) -> Result<Dues, Rejection> {
    let capped = case.revision.is(Revision::Osaka) && !case.gas_uncapped;
    require(!capped || transaction.gas_limit <= limits::TX_GAS, Rejection::GasAboveCap)?;
    let left = case.block.gas_limit.saturating_sub(gas_used);
    require(transaction.gas_limit <= left, Rejection::GasAboveBlock)?;
    let creates = transaction.to.is_none();
    let too_large = creates && transaction.data.len() > limits::initcode(case.revision);
    require(!too_large, Rejection::InitcodeTooLarge)?;
    let dues = Dues::new(transaction, case.revision);
    require(transaction.gas_limit >= dues.intrinsic, Rejection::IntrinsicGas)?;
    require(transaction.gas_limit >= dues.floor, Rejection::FloorGas)?;
    Ok(dues)
}

fn sender(case: &Case, transaction: &Transaction, world: &mut World<'_>) -> Result<(), Rejection> {
    let sender = world.entry(transaction.sender);
    let delegates = case.revision.is(Revision::Prague) && delegate(&sender.code).is_some();
    require(sender.code.is_empty() || delegates || fault::planted!(WorldSenderCode), Rejection::SenderNotEoa)?;
    require(transaction.nonce < limits::NONCE, Rejection::NonceMax)?;
    require(transaction.nonce >= sender.nonce, Rejection::NonceTooLow)?;
    require(transaction.nonce <= sender.nonce || fault::planted!(WorldNonceGap), Rejection::NonceTooHigh)?;
    require(cost_max(transaction) <= U512::from(sender.balance), Rejection::InsufficientFunds)
}

/// The most a transaction can cost its sender. The value fits 256 bits, so the sum fits 512.
fn cost_max(transaction: &Transaction) -> U512 {
    let gas = U512::from(transaction.fee_max()) * U512::from(transaction.gas_limit);
    let blobs = transaction
        .carried_blobs()
        .map_or(U512::ZERO, |blobs| U512::from(blobs.max_fee) * U512::from(gas::BLOB) * U512::from(blobs.hashes.len()));
    gas + blobs + transaction.value
}
