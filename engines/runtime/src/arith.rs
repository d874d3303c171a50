//! Pure instructions: functions from words to a word. Operands come as they lie on the stack, the top word last.

use crate::divide::by_limb;
use crate::gas::number;
use api::U256;

#[inline]
pub(crate) fn is_negative(word: &U256) -> bool {
    word.bit(255)
}

/// Signs come as they like, so no branch is taken: all bits turn round and one is added, or nothing of both.
#[inline(always)]
pub(crate) fn negate_if(word: U256, negative: bool) -> U256 {
    let one = u64::from(negative);
    let mask = one.wrapping_neg();
    let [a, b, c, d] = *word.as_limbs();
    U256::from_limbs([a ^ mask, b ^ mask, c ^ mask, d ^ mask]).wrapping_add(U256::from(one))
}

#[inline(always)]
pub(crate) fn magnitude(word: U256) -> U256 {
    negate_if(word, is_negative(&word))
}

pub(crate) fn add([right, left]: &[U256; 2]) -> U256 {
    left.wrapping_add(*right)
}

pub(crate) fn sub([right, left]: &[U256; 2]) -> U256 {
    left.wrapping_sub(*right)
}

pub(crate) fn mul([right, left]: &[U256; 2]) -> U256 {
    left.wrapping_mul(*right)
}

/// Quotient and rest by a divisor of one limb that is not zero.
#[inline(always)]
pub(crate) fn short(left: &U256, right: &U256) -> Option<(U256, u64)> {
    let divisor = number(right).filter(|divisor| *divisor != 0)?;
    if fault::planted!(RuntimeDivNarrow) {
        return Some(by_limb(&U256::from(left.as_limbs()[0]), divisor));
    }
    Some(by_limb(left, divisor))
}

/// Division by zero is zero.
#[inline(always)]
pub(crate) fn div([right, left]: &[U256; 2]) -> U256 {
    match short(left, right) {
        Some((quotient, _)) => quotient,
        None if right.is_zero() => U256::ZERO,
        None => left.wrapping_div(*right),
    }
}

#[inline(always)]
pub(crate) fn rem([right, left]: &[U256; 2]) -> U256 {
    match short(left, right) {
        Some((_, rest)) => U256::from(rest),
        None if right.is_zero() => *left * U256::from(u8::from(fault::planted!(RuntimeModZero))),
        None => left.wrapping_rem(*right),
    }
}

/// The smallest word by -1 is the smallest word: its magnitude is itself.
#[inline(always)]
pub(crate) fn sdiv([right, left]: &[U256; 2]) -> U256 {
    negate_if(
        div(&[magnitude(*right), magnitude(*left)]),
        is_negative(left) != (is_negative(right) && !fault::planted!(RuntimeSdivSign)),
    )
}

/// The sign is the dividend's.
#[inline(always)]
pub(crate) fn smod([right, left]: &[U256; 2]) -> U256 {
    negate_if(rem(&[magnitude(*right), magnitude(*left)]), is_negative(left))
}

/// Copies the highest bit of a byte upwards; there is nothing above byte 31.
pub(crate) fn signextend([word, index]: &[U256; 2]) -> U256 {
    let index = &if fault::planted!(RuntimeSignextend) { *index & U256::from(31) } else { *index };
    match number(index) {
        Some(index @ 0..31) => {
            let up = 8 * (31 - index as usize);
            (*word << up).arithmetic_shr(up)
        }
        _ => *word,
    }
}

pub(crate) fn lt([right, left]: &[U256; 2]) -> U256 {
    U256::from(left < right)
}

pub(crate) fn gt([right, left]: &[U256; 2]) -> U256 {
    U256::from(left > right)
}

/// Flipping the sign bits turns the order of signed words into that of unsigned ones.
fn biased(word: U256) -> U256 {
    word ^ (U256::ONE << 255)
}

pub(crate) fn slt([right, left]: &[U256; 2]) -> U256 {
    U256::from(biased(*left) < biased(*right))
}

pub(crate) fn sgt([right, left]: &[U256; 2]) -> U256 {
    U256::from(biased(*left) > biased(*right))
}

pub(crate) fn eq([right, left]: &[U256; 2]) -> U256 {
    U256::from(left == right)
}

pub(crate) fn iszero([word]: &[U256; 1]) -> U256 {
    U256::from(word.is_zero())
}

pub(crate) fn and([right, left]: &[U256; 2]) -> U256 {
    left & right
}

pub(crate) fn or([right, left]: &[U256; 2]) -> U256 {
    left | right
}

pub(crate) fn xor([right, left]: &[U256; 2]) -> U256 {
    left ^ right
}

pub(crate) fn not([word]: &[U256; 1]) -> U256 {
    !*word
}

/// Byte 0 is the most significant.
pub(crate) fn byte([word, index]: &[U256; 2]) -> U256 {
    let index = &if fault::planted!(RuntimeByteIndex) { *index & U256::from(31) } else { *index };
    match number(index) {
        Some(index @ 0..32) => U256::from(word.byte(31 - index as usize)),
        _ => U256::ZERO,
    }
}

pub(crate) fn shl([word, amount]: &[U256; 2]) -> U256 {
    match number(amount) {
        Some(amount @ 0..256) => *word << amount as usize,
        _ => U256::ZERO,
    }
}

pub(crate) fn shr([word, amount]: &[U256; 2]) -> U256 {
    match number(amount) {
        Some(amount @ 0..256) => *word >> amount as usize,
        _ => U256::ZERO,
    }
}

/// What is shifted in is the sign.
pub(crate) fn sar([word, amount]: &[U256; 2]) -> U256 {
    let amount = number(amount).filter(|amount| *amount < 256).unwrap_or(255);
    word.arithmetic_shr(amount as usize)
}

/// EIP-7939.
pub(crate) fn clz([word]: &[U256; 1]) -> U256 {
    U256::from(word.leading_zeros() - usize::from(fault::planted!(RuntimeClzZero) && word.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One architecture divides by a limb in its own code and never asks for this, so programs do not show it.
    #[test]
    fn quotient_and_rest_make_the_dividend() {
        let limbs = [0, 1, 7, 1 << 63, u64::MAX];
        let words = |high: u64| limbs.map(|low| U256::from_limbs([low, high, 0, high >> 1]));
        for left in limbs.iter().flat_map(|high| words(*high)) {
            for right in limbs.iter().flat_map(|high| words(*high)).filter(|right| !right.is_zero()) {
                let (quotient, rest) = (div(&[right, left]), rem(&[right, left]));
                assert!(rest < right, "{left} by {right}");
                assert_eq!(quotient.wrapping_mul(right) + rest, left, "{left} by {right}");
            }
        }
    }
}
