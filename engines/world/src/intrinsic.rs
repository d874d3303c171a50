//! What a transaction costs before it does anything.

use api::{Revision, Transaction};
use spec::gas;

/// What a transaction pays whatever it does.
pub(crate) struct Dues {
    pub(crate) intrinsic: u64,
    pub(crate) floor: u64,
}

impl Dues {
    pub(crate) fn new(transaction: &Transaction, revision: Revision) -> Dues {
        Dues { intrinsic: intrinsic_gas(transaction, revision), floor: floor_gas(transaction, revision) }
    }
}

/// Bytes of data, zeros and others: they have two prices.
fn data(transaction: &Transaction) -> (u64, u64) {
    let zeros = transaction.data.iter().filter(|byte| **byte == 0).count();
    (zeros as u64, (transaction.data.len() - zeros) as u64)
}

/// Gas charged before execution. Sums saturate: no gas limit reaches what saturates.
pub fn intrinsic_gas(transaction: &Transaction, revision: Revision) -> u64 {
    let (zeros, others) = data(transaction);
    let mut total = gas::TX_BASE
        .saturating_add(zeros.saturating_mul(gas::TX_DATA_ZERO))
        .saturating_add(others.saturating_mul(gas::data_nonzero(revision)));
    if transaction.to.is_none() {
        if revision.is(Revision::Homestead) {
            total = total.saturating_add(gas::TX_CREATE);
        }
        if revision.is(Revision::Shanghai) {
            total = total.saturating_add(
                gas::words(transaction.data.len() as u64 & if fault::planted!(WorldIntrinsicWords) { !31 } else { !0 })
                    * gas::INITCODE_WORD,
            );
        }
    }
    for (_, slots) in transaction.access_list.iter().flatten() {
        total = total.saturating_add(gas::TX_LIST_ADDRESS).saturating_add(slots.len() as u64 * gas::TX_LIST_SLOT);
    }
    let authorizations = transaction.authorizations.iter().flatten().count() as u64;
    total.saturating_add(authorizations * gas::TX_AUTHORIZATION)
}

/// The least a transaction pays (EIP-7623); zero before Prague.
pub fn floor_gas(transaction: &Transaction, revision: Revision) -> u64 {
    if !revision.is(Revision::Prague) {
        return 0;
    }
    let (zeros, others) = data(transaction);
    let tokens = zeros + others * (4 - u64::from(fault::planted!(WorldFloorTokens)));
    gas::TX_BASE + tokens * gas::TX_FLOOR_TOKEN
}
