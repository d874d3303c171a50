//! Prices that depend on operands, on the state or on the transaction.
//!
//! Static prices per instruction stand in [`crate::table`]. Each function here is total: a size beyond anything
//! gas can buy gives `None`, which every caller reports as out of gas.

use crate::Revision;

/// A word of memory, the linear part.
pub const MEMORY_WORD: u64 = 3;
/// Divisor of the quadratic part of memory's price.
pub const MEMORY_QUADRATIC_DIVISOR: u64 = 512;
/// A word hashed by KECCAK256, or by CREATE2 for its address.
pub const KECCAK_WORD: u64 = 6;
/// A word copied.
pub const COPY_WORD: u64 = 3;
/// A byte of log data.
pub const LOG_BYTE: u64 = 8;
/// First touch of an account in a transaction, on top of the warm price (EIP-2929: 2600 in all).
pub const COLD_ACCOUNT_EXTRA: u64 = 2500;
/// First touch of a slot by SLOAD, on top of the warm price (EIP-2929: 2100 in all).
pub const COLD_SLOAD_EXTRA: u64 = 2000;
/// First touch of a slot by SSTORE, on top of its price.
pub const COLD_SSTORE_EXTRA: u64 = 2100;
/// First touch of the beneficiary of SELFDESTRUCT (EIP-2929).
pub const COLD_BENEFICIARY: u64 = 2600;
/// Touching a delegation target, cold and warm (EIP-7702).
pub const DELEGATE_COLD: u64 = 2600;
/// See [`DELEGATE_COLD`].
pub const DELEGATE_WARM: u64 = 100;
/// CALL and CALLCODE that move value.
pub const CALL_VALUE: u64 = 9000;
/// Gas the callee receives for nothing when value moves.
pub const CALL_STIPEND: u64 = 2300;
/// Bringing an account into being by a call or a selfdestruct.
pub const NEW_ACCOUNT: u64 = 25000;
/// SSTORE needs more than this (EIP-2200).
pub const SSTORE_SENTRY: u64 = 2300;
/// Refund for destroying a contract, until London (EIP-3529).
pub const SELFDESTRUCT_REFUND: i64 = 24000;
/// A byte of deployed code.
pub const CODE_DEPOSIT_BYTE: u64 = 200;
/// A word of initcode (EIP-3860).
pub const INITCODE_WORD: u64 = 2;
/// A transaction.
pub const TX_BASE: u64 = 21000;
/// A transaction that creates, from Homestead on (EIP-2).
pub const TX_CREATE: u64 = 32000;
/// A zero byte of calldata.
pub const TX_DATA_ZERO: u64 = 4;
/// An address of an access list (EIP-2930).
pub const TX_LIST_ADDRESS: u64 = 2400;
/// A slot of an access list (EIP-2930).
pub const TX_LIST_SLOT: u64 = 1900;
/// A token of calldata in the floor price (EIP-7623).
pub const TX_FLOOR_TOKEN: u64 = 10;
/// A set-code authorisation, charged in advance (EIP-7702).
pub const TX_AUTHORIZATION: u64 = 25000;
/// Returned for an authorisation whose account exists (EIP-7702).
pub const AUTHORIZATION_REFUND: i64 = 12500;
/// Gas of one blob (EIP-4844).
pub const BLOB: u64 = 1 << 17;

/// Words that hold `bytes`.
pub const fn words(bytes: u64) -> u64 {
    bytes.div_ceil(32)
}

/// Price of `words` of memory since the frame began.
pub const fn memory(words: u64) -> Option<u64> {
    let total = words as u128 * MEMORY_WORD as u128 + words as u128 * words as u128 / MEMORY_QUADRATIC_DIVISOR as u128;
    if total > u64::MAX as u128 { None } else { Some(total as u64) }
}

/// Price of `bytes` at `price` a word.
pub const fn per_word(bytes: u64, price: u64) -> Option<u64> {
    words(bytes).checked_mul(price)
}

/// A byte of the exponent of EXP (EIP-160).
pub const fn exp_byte(revision: Revision) -> u64 {
    if revision.is(Revision::Spurious) { 50 } else { 10 }
}

/// A byte of calldata that is not zero (EIP-2028).
pub const fn data_nonzero(revision: Revision) -> u64 {
    if revision.is(Revision::Istanbul) { 16 } else { 68 }
}

/// Gas a caller may pass on of what it has left: all but a 64th (EIP-150).
pub const fn all_but_64th(gas: u64) -> u64 {
    gas - gas / 64
}

/// At most this fraction of the gas used is refunded (EIP-3529).
pub const fn refund_divisor(revision: Revision) -> u64 {
    if revision.is(Revision::London) { 5 } else { 2 }
}

/// What SSTORE costs and refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Store {
    /// Gas, without the surcharge for a cold slot.
    pub gas: u64,
    /// Change of the refund counter.
    pub refund: i64,
}

/// SSTORE of `new` over `current` where the transaction began with `original`.
pub fn store<W: PartialEq + Default>(revision: Revision, original: &W, current: &W, new: &W) -> Store {
    let zero = &W::default();
    let Some(net) = NetMetering::of(revision) else {
        let gas = if current == zero && new != zero { 20000 } else { 5000 };
        let refund = if current != zero && new == zero { 15000 } else { 0 };
        return Store { gas, refund };
    };
    if current == new {
        return Store { gas: net.read, refund: 0 };
    }
    if original == current {
        return match original == zero {
            true => Store { gas: net.set, refund: 0 },
            false => Store { gas: net.reset, refund: if new == zero { net.clear } else { 0 } },
        };
    }
    // The slot was changed before in this transaction: the price of changing it was paid then.
    let mut refund = 0;
    if original != zero {
        if current == zero {
            refund -= net.clear;
        } else if new == zero {
            refund += net.clear;
        }
    }
    if original == new {
        let paid = if original == zero { net.set } else { net.reset };
        refund += paid as i64 - net.read as i64;
    }
    Store { gas: net.read, refund }
}

/// The parameters of net gas metering.
struct NetMetering {
    read: u64,
    set: u64,
    reset: u64,
    clear: i64,
}

impl NetMetering {
    /// EIP-1283 in Constantinople only, EIP-2200 from Istanbul, repriced by EIP-2929 and EIP-3529.
    fn of(revision: Revision) -> Option<NetMetering> {
        Some(match revision {
            Revision::Constantinople => NetMetering { read: 200, set: 20000, reset: 5000, clear: 15000 },
            Revision::Istanbul => NetMetering { read: 800, set: 20000, reset: 5000, clear: 15000 },
            Revision::Berlin => NetMetering { read: 100, set: 20000, reset: 2900, clear: 15000 },
            later if later.is(Revision::London) => NetMetering { read: 100, set: 20000, reset: 2900, clear: 4800 },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples printed in EIP-2200 and EIP-3529: code that stores a list of values, starting from `original`.
    fn check(revision: Revision, original: u8, values: &[u8], gas: u64, refund: i64) {
        let (mut current, mut total) = (original, Store { gas: 0, refund: 0 });
        for new in values {
            let cost = store(revision, &original, &current, new);
            total = Store { gas: total.gas + cost.gas, refund: total.refund + cost.refund };
            current = *new;
        }
        assert_eq!(total, Store { gas, refund }, "{revision} {original} {values:?}");
    }

    #[test]
    fn store_matches_the_tables_of_the_eips() {
        use Revision::*;
        // EIP-1283's table, without the 12 gas of the pushes.
        for (original, values, gas, refund) in [
            (0, [0, 0], 400, 0),
            (0, [0, 1], 20200, 0),
            (0, [1, 0], 20200, 19800),
            (0, [1, 2], 20200, 0),
            (0, [1, 1], 20200, 0),
            (1, [0, 0], 5200, 15000),
            (1, [0, 1], 5200, 4800),
            (1, [0, 2], 5200, 0),
            (1, [2, 0], 5200, 15000),
            (1, [2, 1], 5200, 4800),
            (1, [1, 1], 400, 0),
        ] {
            check(Constantinople, original, &values, gas, refund);
        }
        // EIP-2200's.
        for (original, values, gas, refund) in [
            (0, [0, 0], 1600, 0),
            (0, [0, 1], 20800, 0),
            (0, [1, 0], 20800, 19200),
            (1, [0, 0], 5800, 15000),
            (1, [0, 1], 5800, 4200),
            (1, [2, 1], 5800, 4200),
            (1, [1, 0], 5800, 15000),
        ] {
            check(Istanbul, original, &values, gas, refund);
        }
        // EIP-3529's, warm.
        for (original, values, gas, refund) in [
            (0, [1, 0], 20100, 19900),
            (1, [0, 0], 3000, 4800),
            (1, [0, 1], 3000, 2800),
            (1, [0, 2], 3000, 0),
            (1, [2, 0], 3000, 4800),
            (1, [2, 1], 3000, 2800),
        ] {
            check(London, original, &values, gas, refund);
        }
        check(Berlin, 1, &[0, 1], 3000, 2800);
        for revision in [Frontier, Byzantium, Petersburg] {
            check(revision, 0, &[1, 0, 1], 45000, 15000);
        }
    }

    #[test]
    fn memory_price_never_wraps() {
        assert_eq!(memory(0), Some(0));
        assert_eq!(memory(724), Some(724 * 3 + 724 * 724 / 512));
        assert_eq!(memory(1 << 32), Some((3 << 32) + (1 << 55)));
        assert_eq!(memory(u64::MAX), None);
    }
}
