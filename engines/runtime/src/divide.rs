//! Division of a word by a limb: a chain of divisions of two limbs by one, from the highest limb that is not below the divisor.
//!
//! Each takes the rest of the one before, which is below the divisor, so its quotient is a limb. Most programs divide by
//! what fits a limb, and this takes a fraction of what division of any words takes.

#![allow(unsafe_code, reason = "one instruction divides two limbs by one")]

use api::U256;

/// Quotient and rest, for a divisor that is not zero.
#[inline]
pub(crate) fn by_limb(word: &U256, divisor: u64) -> (U256, u64) {
    let (mut limbs, mut rest) = (*word.as_limbs(), 0);
    for limb in limbs.iter_mut().rev() {
        (*limb, rest) = match rest == 0 && *limb < divisor {
            true => (0, *limb),
            false => two_by_one(rest, *limb, divisor),
        };
    }
    (U256::from_limbs(limbs), rest)
}

/// Divides `high:low`. A quotient of more than a limb, which `high` below the divisor rules out, is a panic.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn two_by_one(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    assert!(high < divisor);
    let (quotient, rest);
    // SAFETY: `high` is below the divisor, so the quotient fits and the divisor is not zero: the instruction does not trap. It
    // touches nothing but the two registers and the flags.
    unsafe {
        std::arch::asm!(
            "div {divisor}",
            divisor = in(reg) divisor,
            inlateout("rax") low => quotient,
            inlateout("rdx") high => rest,
            options(pure, nomem, nostack),
        );
    }
    (quotient, rest)
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn two_by_one(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    if high == 0 {
        return (low / divisor, low % divisor);
    }
    let (whole, divisor) = (u128::from(high) << 64 | u128::from(low), u128::from(divisor));
    let quotient = whole / divisor;
    (quotient as u64, (whole - quotient * divisor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotient_and_rest_are_those_of_any_words() {
        let limbs = [0, 1, 2, 10, 1 << 32, (1 << 63) - 1, 1 << 63, u64::MAX - 1, u64::MAX];
        let words = (0..limbs.len().pow(4)).map(|i| {
            U256::from_limbs(std::array::from_fn(|place| limbs[i / limbs.len().pow(place as u32) % limbs.len()]))
        });
        for word in words {
            for divisor in limbs.into_iter().filter(|divisor| *divisor > 0) {
                let (quotient, rest) = word.div_rem(U256::from(divisor));
                assert_eq!(by_limb(&word, divisor), (quotient, rest.as_limbs()[0]), "{word:#x} by {divisor:#x}");
            }
        }
    }
}
