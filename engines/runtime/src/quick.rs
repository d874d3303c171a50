//! Division by what fits a limb, before anything is saved.
//!
//! Most programs divide by a limb, and a chain of hardware divisions takes a few dozen cycles: about what it takes to
//! enter a function that keeps ten registers and a frame. So the entries of divisions try the chain first, in a function that
//! needs neither, and go on in the whole one where the divisor is wide or zero.

#![allow(unsafe_code, reason = "operands and answers lie on a stack that only a pointer names")]

use crate::arith::{is_negative, magnitude, negate_if, short};
use crate::table::{Builtin, COUNT, reckon};
use crate::words::{leave, operands};
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
            unsafe { leave(base, &answer) };
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

    /// A way that is tried first, and all there is to it.
    type Ways = (fn(&[U256; 2]) -> Option<U256>, fn(&[U256; 2]) -> U256);

    #[test]
    fn what_is_tried_first_answers_the_same() {
        let limbs = [0, 1, 3, 1 << 32, 1 << 63, u64::MAX];
        let words: Vec<U256> = (0..limbs.len().pow(4))
            .map(|n| {
                U256::from_limbs(std::array::from_fn(|place| limbs[n / limbs.len().pow(place as u32) % limbs.len()]))
            })
            .collect();
        let divisors = limbs.iter().flat_map(|limb| [U256::from(*limb), U256::from(*limb).wrapping_neg()]);
        let divisors: Vec<U256> = divisors.chain([U256::from_limbs([1, 1, 0, 0]), U256::ONE << 255]).collect();
        let ways: [(Ways, usize); 4] = [
            ((short_div, arith::div), 5),
            ((short_rem, arith::rem), 5),
            ((short_sdiv, arith::sdiv), 10),
            ((short_smod, arith::smod), 10),
        ];
        for (number, ((short, whole), count)) in ways.into_iter().enumerate() {
            let mut answered = 0;
            for operands in divisors.iter().flat_map(|right| words.iter().map(|left| [*right, *left])) {
                let Some(answer) = short(&operands) else { continue };
                assert_eq!(answer, whole(&operands), "{number}: {operands:x?}");
                answered += 1;
            }
            assert_eq!(answered, count * words.len(), "{number}");
        }
    }
}
