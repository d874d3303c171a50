//! DIV, MOD, SDIV and SMOD of words of one limb, and by powers of two.
//!
//! Division in CLIF traps at zero, so it is by one there. With signs it also traps where the least limb is divided by -1, so
//! whoever divides with signs leaves these divisors out.

use super::{Bits, Emit, Limb, Shift, Word, ZERO};
use api::U256;
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;

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

    /// Copies of a limb's sign.
    pub(crate) fn sign(&mut self, limb: Limb) -> Limb {
        self.one(Shift::Arithmetic, limb, 63)
    }

    /// What is zero if a word is so many limbs with copies of their sign above them.
    pub(crate) fn above_signed(&mut self, word: &Word, count: usize) -> Limb {
        let sign = self.sign(word.0[count - 1]);
        let above = word.0[count..].iter().map(|limb| self.bits(Bits::Xor, *limb, sign));
        let above: Vec<Limb> = above.collect();
        above.into_iter().reduce(|left, right| self.bits(Bits::Or, left, right)).unwrap_or(ZERO)
    }

    /// What is zero if SDIV and SMOD by a limb are what the processor does: it is neither zero nor -1.
    pub(crate) fn is_special(&mut self, divisor: Limb) -> Limb {
        match divisor {
            // Division by the least limb was compiled wrongly before.
            Limb::Known(divisor) => Limb::Known(u64::from(matches!(divisor.cast_signed(), 0 | -1 | i64::MIN))),
            Limb::Is(divisor) => {
                let one = self.number(1);
                let next = self.at.ins().iadd(divisor, one);
                let special = self.at.ins().icmp(IntCC::UnsignedLessThanOrEqual, next, one);
                Limb::Is(self.at.ins().uextend(I64, special))
            }
        }
    }

    /// SDIV or SMOD of limbs, by one that is not special.
    pub(crate) fn quotient_signed(&mut self, left: Limb, right: Limb, rest: bool) -> Word {
        let (left, right) = (self.value(left), self.value(right));
        let result = Limb::Is(match rest {
            false => self.at.ins().sdiv(left, right),
            true => self.at.ins().srem(left, right),
        });
        let sign = self.sign(result);
        Word([result, sign, sign, sign])
    }
}
