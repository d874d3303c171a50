//! Division by what fits a limb, before anything is saved.
//!
//! Most programs divide by a limb, and on x86_64 a chain of hardware divisions takes a few dozen cycles: about what it takes to
//! enter a function that saves ten registers. So the entries of divisions try the chain first, in a function that saves few or none, and go
//! on in the whole one where the divisor is wide or zero.

#![allow(unsafe_code, reason = "operands and answers lie on a stack that only a pointer names")]

use crate::arith::{is_negative, magnitude, negate_if, short};
use crate::table::{Builtin, COUNT, reckon};
use crate::words::{operands, write};
use crate::{Context, Status, arith};
use api::U256;
use spec::op;

/// Puts the entries of divisions into the table.
pub(crate) const fn put(table: &mut [Builtin; COUNT]) {
    table[op::DIV as usize] = div;
    table[op::MOD as usize] = rem;
    table[op::SDIV as usize] = sdiv;
    table[op::SMOD as usize] = smod;
}

fn short_div([right, left]: &[U256; 2]) -> Option<U256> {
    Some(short(left, right)?.0)
}

fn short_rem([right, left]: &[U256; 2]) -> Option<U256> {
    Some(U256::from(short(left, right)?.1))
}

fn short_sdiv([right, left]: &[U256; 2]) -> Option<U256> {
    let (quotient, _) = short(&magnitude(*left), &magnitude(*right))?;
    let turned = is_negative(right) && !fault::planted!(RuntimeSdivSign);
    Some(negate_if(quotient, is_negative(left) != turned))
}

fn short_smod([right, left]: &[U256; 2]) -> Option<U256> {
    let (_, rest) = short(&magnitude(*left), &magnitude(*right))?;
    Some(negate_if(U256::from(rest), is_negative(left)))
}

macro_rules! entries {
    ($($entry:ident $short:ident $long:ident;)*) => {$(
        unsafe extern "C" fn $entry(context: &mut Context<'_>, sp: *mut U256) -> u32 {
            let base = sp.wrapping_sub(2);
            // SAFETY: what the type of an entry asks of the caller.
            let Some(answer) = $short(&unsafe { operands(base) }) else {
                // SAFETY: the same.
                return unsafe { $long(context, sp) };
            };
            // SAFETY: the answer takes the place of an operand.
            unsafe { write(base, &answer) };
            Status::GO_ON.0
        }

        #[inline(never)]
        unsafe extern "C" fn $long(_: &mut Context<'_>, sp: *mut U256) -> u32 {
            // SAFETY: what the type of an entry asks of the caller.
            unsafe { reckon(sp, arith::$entry) }
        }
    )*};
}

entries! {
    div short_div long_div;
    rem short_rem long_rem;
    sdiv short_sdiv long_sdiv;
    smod short_smod long_smod;
}

#[cfg(test)]
mod tests {
    use super::*;

    type Short = fn(&[U256; 2]) -> Option<U256>;

    /// By long division of magnitudes, as the specification has it: the quotient's sign is that of both, the rest's the dividend's.
    fn expected(opcode: u8, left: U256, right: U256) -> U256 {
        let (negative, turned) = (left.bit(255), right.bit(255));
        let turn = |word: U256, turns: bool| if turns { word.wrapping_neg() } else { word };
        let (dividend, divisor) = (turn(left, negative), turn(right, turned));
        match opcode {
            op::DIV => left / right,
            op::MOD => left % right,
            op::SDIV => turn(dividend / divisor, negative != turned),
            _ => turn(dividend % divisor, negative),
        }
    }

    #[test]
    fn what_is_tried_first_is_right() {
        let limbs = [0, 1, 3, 1 << 32, 1 << 63, u64::MAX];
        let word = |n: usize| {
            U256::from_limbs(std::array::from_fn(|place| limbs[n / limbs.len().pow(place as u32) % limbs.len()]))
        };
        let words: Vec<U256> = (0..limbs.len().pow(4)).map(word).collect();
        let divisors = limbs.iter().flat_map(|limb| [U256::from(*limb), U256::from(*limb).wrapping_neg()]);
        let divisors: Vec<U256> = divisors.chain([U256::from_limbs([1, 1, 0, 0]), U256::ONE << 255]).collect();
        // Of the divisors, five fit a limb, and as many more with a sign.
        let ways: [(u8, Short, usize); 4] =
            [(op::DIV, short_div, 5), (op::MOD, short_rem, 5), (op::SDIV, short_sdiv, 10), (op::SMOD, short_smod, 10)];
        for (opcode, short, count) in ways {
            let mut answered = 0;
            for (left, right) in divisors.iter().flat_map(|right| words.iter().map(|left| (*left, *right))) {
                let Some(answer) = short(&[right, left]) else { continue };
                assert_eq!(answer, expected(opcode, left, right), "{opcode:#x}: {left:#x} by {right:#x}");
                answered += 1;
            }
            assert_eq!(answered, count * words.len(), "{opcode:#x}");
        }
    }
}
