//! Comparisons, bitwise operations, shifts.

use super::arith::is_negative;
use crate::gas::{is_zero, small};
use crate::stack::Stack;
use api::U256;

#[inline(always)]
pub(crate) fn lt(stack: &mut Stack<'_>) {
    stack.binary(|left, right| U256::from(left < right));
}

#[inline(always)]
pub(crate) fn gt(stack: &mut Stack<'_>) {
    stack.binary(|left, right| U256::from(left > right));
}

#[inline(always)]
pub(crate) fn slt(stack: &mut Stack<'_>) {
    stack.binary(|left, right| U256::from(signed_less(left, right)));
}

#[inline(always)]
pub(crate) fn sgt(stack: &mut Stack<'_>) {
    stack.binary(|left, right| U256::from(signed_less(right, left)));
}

/// Words of one sign compare as numbers do; otherwise the negative one is less.
fn signed_less(left: &U256, right: &U256) -> bool {
    match (is_negative(left), is_negative(right)) {
        (true, false) => true,
        (false, true) => false,
        (true, true) if fault::planted!(InterpSltSign) => right < left,
        _ => left < right,
    }
}

#[inline(always)]
pub(crate) fn eq(stack: &mut Stack<'_>) {
    stack.binary(|left, right| U256::from(left == right));
}

#[inline(always)]
pub(crate) fn iszero(stack: &mut Stack<'_>) {
    stack.unary(|word| U256::from(is_zero(word)));
}

#[inline(always)]
pub(crate) fn and(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left & right);
}

#[inline(always)]
pub(crate) fn or(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left | right);
}

#[inline(always)]
pub(crate) fn xor(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left ^ right);
}

#[inline(always)]
pub(crate) fn not(stack: &mut Stack<'_>) {
    stack.unary(|word| !word);
}

/// Index 0 is the most significant byte; beyond 31 there is nothing.
#[inline(always)]
pub(crate) fn byte(stack: &mut Stack<'_>) {
    stack.binary(|index, word| match small(index) {
        None if fault::planted!(InterpByteIndex) => U256::from(word.byte(31 - index.byte(0) as usize % 32)),
        Some(index @ 0..32) => U256::from(word.byte(31 - index as usize)),
        _ => U256::ZERO,
    });
}

#[inline(always)]
pub(crate) fn shl(stack: &mut Stack<'_>) {
    let mask = if fault::planted!(InterpShiftMask) { (1 << 31) - 1 } else { u64::MAX };
    stack.binary(|amount, word| match small(amount).map(|amount| amount & mask) {
        Some(amount @ 0..256) => *word << amount as usize,
        _ => U256::ZERO,
    });
}

#[inline(always)]
pub(crate) fn shr(stack: &mut Stack<'_>) {
    stack.binary(|amount, word| match small(amount) {
        Some(amount @ 0..256) => *word >> amount as usize,
        _ => U256::ZERO,
    });
}

#[inline(always)]
pub(crate) fn sar(stack: &mut Stack<'_>) {
    stack.binary(|amount, word| match small(amount) {
        Some(amount @ 0..256) => word.arithmetic_shr(amount as usize),
        _ if is_negative(word) && !fault::planted!(InterpSarFill) => U256::MAX,
        _ => U256::ZERO,
    });
}

/// EIP-7939; the word zero has 256 leading zeros.
#[inline(always)]
pub(crate) fn clz(stack: &mut Stack<'_>) {
    stack.unary(|word| U256::from(word.leading_zeros()));
}
