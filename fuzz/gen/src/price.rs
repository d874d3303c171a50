//! Guesses of what a case costs, so that gas limits lie near its edges.
//!
//! The price of a transaction is exact; that of a program is the sum along its first instructions. It need not be
//! right: a campaign finds the true edges by sweeping. It only has to be near.

use api::{Revision, Transaction};
use spec::gas;
use spec::{op, table};

/// Gas charged before execution.
pub(crate) fn intrinsic(transaction: &Transaction, revision: Revision) -> u64 {
    let (zeros, others) = bytes(&transaction.data);
    let mut total = gas::TX_BASE + zeros * gas::TX_DATA_ZERO + others * gas::data_nonzero(revision);
    if transaction.to.is_none() && revision.is(Revision::Homestead) {
        total += gas::TX_CREATE;
    }
    if transaction.to.is_none() && revision.is(Revision::Shanghai) {
        total += gas::words(zeros + others) * gas::INITCODE_WORD;
    }
    for (_, slots) in transaction.access_list.iter().flatten() {
        total += gas::TX_LIST_ADDRESS + slots.len() as u64 * gas::TX_LIST_SLOT;
    }
    total + transaction.authorizations.iter().flatten().count() as u64 * gas::TX_AUTHORIZATION
}

/// The least a transaction pays (EIP-7623).
pub(crate) fn floor(transaction: &Transaction, revision: Revision) -> u64 {
    let (zeros, others) = bytes(&transaction.data);
    if revision.is(Revision::Prague) { gas::TX_BASE + (zeros + 4 * others) * gas::TX_FLOOR_TOKEN } else { 0 }
}

/// Bytes that are zero, and the others.
fn bytes(data: &[u8]) -> (u64, u64) {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    (zeros, data.len() as u64 - zeros)
}

/// About what the first instructions of the code cost, up to its first jump.
pub(crate) fn prefix(code: &[u8], revision: Revision, instructions: u32) -> u64 {
    let mut total = 0;
    let mut pc = 0;
    for _ in 0..instructions {
        let Some(row) = code.get(pc).and_then(|opcode| table::row(*opcode, revision)) else { break };
        total += u64::from(row.price(revision)) + dynamic(row.opcode, revision);
        if row.is_terminator() {
            break;
        }
        pc += 1 + usize::from(row.immediate);
    }
    total
}

/// The dynamic part in the common case: a cold access, one word, a fresh slot.
fn dynamic(opcode: u8, revision: Revision) -> u64 {
    let cold = |extra| if revision.is(Revision::Berlin) { extra } else { 0 };
    match opcode {
        op::SSTORE => 20_000 + cold(gas::COLD_SSTORE_EXTRA),
        op::SLOAD => cold(gas::COLD_SLOAD_EXTRA),
        op::BALANCE | op::EXTCODESIZE | op::EXTCODECOPY | op::EXTCODEHASH => cold(gas::COLD_ACCOUNT_EXTRA),
        op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL => cold(gas::COLD_ACCOUNT_EXTRA),
        op::KECCAK256 => gas::KECCAK_WORD,
        op::MSTORE | op::MSTORE8 | op::MLOAD => gas::MEMORY_WORD,
        _ => 0,
    }
}
