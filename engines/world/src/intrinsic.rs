//! What a transaction costs before it does anything.

use api::{Revision, Transaction};
use spec::gas;

/// Gas charged before execution. Sums saturate: no gas limit reaches what saturates.
pub fn intrinsic_gas(transaction: &Transaction, revision: Revision) -> u64 {
    let zeros = transaction.data.iter().filter(|byte| **byte == 0).count() as u64;
    let others = transaction.data.len() as u64 - zeros;
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
    let tokens: u64 = transaction
        .data
        .iter()
        .map(|byte| if *byte == 0 { 1 } else { 4 - u64::from(fault::planted!(WorldFloorTokens)) })
        .sum();
    gas::TX_BASE + tokens * gas::TX_FLOOR_TOKEN
}
