//! The transactions of a case: one in most, several where state, warmth or an instance must carry over, and now and
//! then one that must be rejected without a trace.

use crate::Feature;
use crate::draw::Draw;
use crate::price;
use crate::signed::SIGNED;
use crate::stage::{ABSENT, CONTRACTS, DELEGATED, Draft, GAS_MAX, OTHER, SENDER};
use api::case::Blobs;
use api::{Address, Authorization, B256, Bytes, Case, Fee, Rejection, Revision, Transaction, U256, Value};
use spec::limits;

/// Which transactions a case has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// One, or as the features say.
    Any,
    /// One, as it stands.
    One,
    /// One with hardly enough gas.
    Tight,
    /// Several of all types.
    Several,
}

/// A transaction that pays for itself and this much more.
pub(crate) fn transaction(nonce: u64, to: Option<Address>, data: Bytes, gas: u64, revision: Revision) -> Transaction {
    let mut transaction = Transaction {
        sender: SENDER,
        nonce,
        to,
        value: Value::ZERO,
        data,
        gas_limit: 0,
        fee: Fee::Price(U256::from(1000)),
        access_list: None,
        blobs: None,
        authorizations: None,
    };
    transaction.gas_limit = gas;
    pay(&mut transaction, revision);
    transaction
}

/// Adds what the transaction itself costs to its gas limit, which so far is for execution.
fn pay(transaction: &mut Transaction, revision: Revision) {
    let whole = price::intrinsic(transaction, revision).saturating_add(transaction.gas_limit);
    transaction.gas_limit = whole.max(price::floor(transaction, revision));
}

/// Gives the case its transactions.
pub(crate) fn fill(d: &mut Draw<'_>, case: &mut Case, draft: &Draft, data: Bytes) {
    let to = draft.to.unwrap_or(CONTRACTS[0]);
    let first = transaction(0, Some(to), data, gas(d, case, draft), case.revision);
    let count = match draft.plan {
        Plan::Several => d.between(2, 4),
        Plan::Any if d.has(Feature::Sequence) => d.between(2, 3),
        _ => 1,
    };
    let mut nonce = 0;
    for position in 0..count {
        let mut next = Transaction { nonce, ..first.clone() };
        if draft.plan != Plan::One {
            let several = draft.plan == Plan::Several;
            if 0 < position {
                redirect(d, case, &mut next);
            }
            vary(d, &mut next, several);
            if d.has(Feature::Rejected) && d.chance(128) || several && d.chance(40) {
                spoil(d, case, &mut next);
            } else {
                nonce += 1;
            }
        }
        case.transactions.push(next);
    }
}

/// Gas for execution.
fn gas(d: &mut Draw<'_>, case: &Case, draft: &Draft) -> u64 {
    match draft.plan {
        Plan::Tight => tight(d, called(case)),
        Plan::Any if d.has(Feature::Tight) => tight(d, called(case)),
        _ => draft.gas.unwrap_or_else(|| 60_000 + 1000 * u64::from(d.below(256))),
    }
}

/// The code that the first transaction calls.
fn called(case: &Case) -> &[u8] {
    case.accounts.get(&CONTRACTS[0]).map_or(&[], |account| &account.code)
}

/// Gas that ends near the price of some first part of the code.
fn tight(d: &mut Draw<'_>, code: &[u8]) -> u64 {
    let instructions = d.below(120);
    let near = price::prefix(code, d.revision, instructions);
    match d.below(9) {
        4 => near,
        shift @ 0..4 => near.saturating_sub(u64::from(4 - shift)),
        shift => near + u64::from(shift - 4),
    }
}

/// Later transactions go elsewhere, too, or create.
fn redirect(d: &mut Draw<'_>, case: &Case, transaction: &mut Transaction) {
    match d.byte() {
        0..=119 => {}
        120..=179 => transaction.to = Some(d.pick(&CONTRACTS)),
        180..=189 => transaction.to = Some(d.pick(&[OTHER, DELEGATED, ABSENT, Address::with_last_byte(2), SENDER])),
        190..=199 => transaction.to = Some(d.pick(&SIGNED).signer),
        200..=219 => transaction.data = Bytes::new(),
        _ => {
            // Any code is initcode too, and what it returns is deployed.
            let code = called(case);
            if code.len() < 4096 {
                transaction.to = None;
                transaction.gas_limit = GAS_MAX / 2;
                transaction.data = Bytes::copy_from_slice(code);
                pay(transaction, d.revision);
            }
        }
    }
}

/// Value, type, access list, blobs, authorisations.
fn vary(d: &mut Draw<'_>, transaction: &mut Transaction, several: bool) {
    if d.has(Feature::Value) && d.chance(100) {
        transaction.value = Value::from(d.pick(&[1u64, 2, 999, 1 << 40]));
    }
    if !(several || d.has(Feature::Typed)) || !d.since(Revision::Berlin) {
        return;
    }
    let before = price::intrinsic(transaction, d.revision);
    if d.chance(170) {
        transaction.access_list = Some(access_list(d));
    }
    if d.since(Revision::London) && d.chance(128) {
        market(d, transaction);
    }
    if d.since(Revision::Cancun) && d.chance(40) {
        blobs(d, transaction);
    } else if d.since(Revision::Prague) && transaction.to.is_some() && d.chance(70) {
        market(d, transaction);
        transaction.authorizations = Some((0..d.between(1, 3)).map(|_| authorization(d)).collect());
    }
    transaction.gas_limit += price::intrinsic(transaction, d.revision).saturating_sub(before);
}

fn market(d: &mut Draw<'_>, transaction: &mut Transaction) {
    let priority = d.pick(&[0u64, 1, 5, 1000]);
    transaction.fee = Fee::Market { max: U256::from(1000), priority: U256::from(priority) };
}

fn access_list(d: &mut Draw<'_>) -> Vec<(Address, Vec<U256>)> {
    let addresses = [CONTRACTS[0], CONTRACTS[1], CONTRACTS[2], ABSENT, OTHER, Address::with_last_byte(5)];
    let entry = |d: &mut Draw<'_>| {
        let address = d.pick(&addresses);
        (address, (0..d.below(4)).map(|_| U256::from(d.below(5))).collect())
    };
    (0..d.below(4)).map(|_| entry(d)).collect()
}

fn blobs(d: &mut Draw<'_>, transaction: &mut Transaction) {
    if transaction.to.is_none() {
        return;
    }
    market(d, transaction);
    let hash = |d: &mut Draw<'_>| {
        let mut hash = B256::from(d.word());
        hash[0] = 1;
        hash
    };
    let hashes = (0..d.between(1, 3)).map(|_| hash(d)).collect();
    transaction.blobs = Some(Blobs { hashes, max_fee: U256::from(1_000_000_000) });
}

/// Half the order of secp256k1, the largest `s` of a valid signature (EIP-2).
const HALF_ORDER: U256 =
    U256::from_limbs([0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffff_ffff_ffff_ffff, 0x7fff_ffff_ffff_ffff]);

/// A signed authorisation from the table, or one that nobody signed.
fn authorization(d: &mut Draw<'_>) -> Authorization {
    let mut authorization = d.pick(&SIGNED).authorization();
    match d.byte() {
        0..=159 => {}
        // Few values, so that engines may remember who signed: recovering takes longer than all the rest.
        160..=199 => authorization.s = d.pick(&[U256::ZERO, U256::ONE, HALF_ORDER, HALF_ORDER + U256::ONE, U256::MAX]),
        200..=219 => authorization.y_parity = U256::from(d.pick(&[2, 27, 28, 255, 256, u64::MAX])),
        220..=239 => authorization.nonce = d.pick(&[1, 2, u64::MAX]),
        _ => authorization.chain_id = d.pick(&[U256::from(2), U256::from(1) << 64, U256::MAX]),
    }
    authorization
}

/// Makes the transaction one that is rejected.
fn spoil(d: &mut Draw<'_>, case: &mut Case, transaction: &mut Transaction) {
    let rejection = d.pick(Rejection::ALL);
    reject(case, transaction, rejection);
}

/// Makes the transaction one that is rejected for this reason, or for another where the revision has none such.
pub(crate) fn reject(case: &mut Case, transaction: &mut Transaction, rejection: Rejection) {
    use Rejection::*;
    let blobs = |hashes: usize, version: u8| {
        let hash = B256::with_last_byte(1) | B256::left_padding_from(&[version; 32]);
        Some(Blobs { hashes: vec![hash; hashes], max_fee: U256::from(u64::MAX) })
    };
    match rejection {
        BlockTooLong if case.revision.is(Revision::Osaka) => case.block.rlp_len = Some(limits::BLOCK_RLP + 1),
        TypeNotSupported => transaction.authorizations = Some(Vec::new()),
        ValueOverflow => transaction.value = Value::from(1) << 256,
        BlobCreate => (transaction.to, transaction.blobs) = (None, blobs(1, 1)),
        BlobsMissing => transaction.blobs = blobs(0, 1),
        BlobsTooMany => transaction.blobs = blobs(10, 1),
        BlobVersion => transaction.blobs = blobs(1, 2),
        BlobFeeTooLow => transaction.blobs = blobs(1, 1).map(|blobs| Blobs { max_fee: U256::ZERO, ..blobs }),
        SetCodeCreate => (transaction.to, transaction.authorizations) = (None, Some(Vec::new())),
        AuthorizationsMissing => transaction.authorizations = Some(Vec::new()),
        PriorityAboveMax => {
            transaction.fee = Fee::Market { max: U256::from(1000), priority: U256::from(1001) };
        }
        FeeBelowBase => transaction.fee = Fee::Price(U256::from(case.block.base_fee.saturating_sub(1))),
        GasAboveCap => transaction.gas_limit = limits::TX_GAS + 1,
        GasAboveBlock => transaction.gas_limit = case.block.gas_limit.saturating_add(1),
        InitcodeTooLarge => {
            (transaction.to, transaction.data) = (None, vec![0; 49_153].into());
        }
        FloorGas => {
            transaction.data = vec![1; 100].into();
            transaction.gas_limit = price::intrinsic(transaction, case.revision);
        }
        SenderNotEoa => transaction.sender = CONTRACTS[0],
        NonceMax => transaction.nonce = u64::MAX,
        NonceTooLow if 0 < transaction.nonce => transaction.nonce -= 1,
        NonceTooHigh | NonceTooLow => transaction.nonce += 1,
        InsufficientFunds => transaction.value = Value::from(1) << 200,
        BlockTooLong | IntrinsicGas => {
            transaction.gas_limit = price::intrinsic(transaction, case.revision).saturating_sub(1);
        }
    }
}
