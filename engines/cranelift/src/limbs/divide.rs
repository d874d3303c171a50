//! DIV and MOD of words of one limb, and by powers of two. Division in CLIF traps at zero, so it is by one there.

use super::{Bits, Emit, Limb, Shift, Word, ZERO};
use api::U256;
use cranelift_codegen::ir::InstBuilder;

impl Emit<'_> {
    /// DIV by a power of two.
    pub(crate) fn div_power(&mut self, word: &Word, power: u32) -> Word {
        self.shift(Shift::Right, word, power)
    }

    /// MOD by a power of two.
    pub(crate) fn mod_power(&mut self, word: &Word, power: u32) -> Word {
        let mask = U256::from(1).wrapping_shl(power as usize).wrapping_sub(U256::from(1));
        self.bitwise(Bits::And, word, &Word::known(mask))
    }

    /// DIV or MOD of limbs.
    pub(crate) fn quotient(&mut self, left: Limb, right: Limb, rest: bool) -> Word {
        if right == ZERO {
            return Word([ZERO; 4]);
        }
        let (left, right_value) = (self.value(left), self.value(right));
        if let Limb::Known(_) = right {
            return Word::small(match rest {
                false => self.at.ins().udiv(left, right_value),
                true => self.at.ins().urem(left, right_value),
            });
        }
        let [zero, one] = [0, 1].map(|number| self.number(number));
        let divisor = self.at.ins().select(right_value, right_value, one);
        let result = match rest {
            false => self.at.ins().udiv(left, divisor),
            true => self.at.ins().urem(left, divisor),
        };
        Word::small(self.at.ins().select(right_value, result, zero))
    }
}
