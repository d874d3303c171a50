//! Arithmetic modulo 2^256. Division by zero gives zero; signed words are two's complement.

use crate::gas::{Stop, charge};
use crate::stack::Stack;
use api::{Revision, U256};

#[inline(always)]
pub(crate) fn add(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left.wrapping_add(*right));
}

#[inline(always)]
pub(crate) fn mul(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left.wrapping_mul(*right));
}

#[inline(always)]
pub(crate) fn sub(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left.wrapping_sub(*right));
}

#[inline(always)]
pub(crate) fn div(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left.checked_div(*right).unwrap_or_default());
}

#[inline(always)]
pub(crate) fn rem(stack: &mut Stack<'_>) {
    stack.binary(|left, right| left.checked_rem(*right).unwrap_or_default());
}

/// Truncates towards zero; the smallest word by -1 is the smallest word.
#[inline(always)]
pub(crate) fn sdiv(stack: &mut Stack<'_>) {
    stack.binary(|left, right| {
        let quotient = magnitude(left).checked_div(magnitude(right)).unwrap_or_default();
        let quotient = if fault::planted!(InterpSdivMin) && is_negative(&quotient) { U256::ZERO } else { quotient };
        if is_negative(left) != is_negative(right) { quotient.wrapping_neg() } else { quotient }
    });
}

/// Takes the sign of the dividend.
#[inline(always)]
pub(crate) fn smod(stack: &mut Stack<'_>) {
    stack.binary(|left, right| {
        let rest = magnitude(left).checked_rem(magnitude(right)).unwrap_or_default();
        let left = if fault::planted!(InterpSmodSign) { right } else { left };
        if is_negative(left) { rest.wrapping_neg() } else { rest }
    });
}

/// The sum is not cut to 256 bits before it is reduced.
#[inline(always)]
pub(crate) fn addmod(stack: &mut Stack<'_>) {
    let (left, right) = (stack.pop(), stack.pop());
    let cut = fault::planted!(InterpAddmodCut);
    let (left, right) = if cut { (left.wrapping_add(right), U256::ZERO) } else { (left, right) };
    stack.unary(|modulus| left.add_mod(right, *modulus));
}

/// The product is not cut to 256 bits before it is reduced.
#[inline(always)]
pub(crate) fn mulmod(stack: &mut Stack<'_>) {
    let (left, right) = (stack.pop(), stack.pop());
    stack.unary(|modulus| left.mul_mod(right, *modulus));
}

/// EIP-160 prices each byte of the exponent. Zero to the power of zero is one.
#[inline(always)]
pub(crate) fn exp(stack: &mut Stack<'_>, gas_left: &mut u64, revision: Revision) -> Result<(), Stop> {
    let bytes = stack.peek(1).byte_len() as u64;
    let revision = if fault::planted!(InterpExpPrice) { Revision::Osaka } else { revision };
    charge(gas_left, bytes * spec::gas::exp_byte(revision))?;
    stack.binary(|base, exponent| base.wrapping_pow(*exponent));
    Ok(())
}

/// Copies the sign bit of the byte at the index to all bits above; an index beyond 30 changes nothing.
#[inline(always)]
pub(crate) fn signextend(stack: &mut Stack<'_>) {
    stack.binary(|index, word| {
        let Some(index) =
            crate::gas::small(index).filter(|index| *index < 31 - u64::from(fault::planted!(InterpSignextend30)))
        else {
            return *word;
        };
        let bit = 8 * index as usize + 7;
        let mask = U256::MAX << (bit + 1);
        if word.bit(bit) { *word | mask } else { *word & !mask }
    });
}

#[inline(always)]
pub(crate) fn is_negative(word: &U256) -> bool {
    word.as_limbs()[3] >> 63 == 1
}

fn magnitude(word: &U256) -> U256 {
    if is_negative(word) { word.wrapping_neg() } else { *word }
}
