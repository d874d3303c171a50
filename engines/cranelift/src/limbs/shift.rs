//! SHL, SHR and SAR by amounts that are known, and of one limb by any amount.
//!
//! A limb of the result is made of two neighbours only where the amount is no multiple of 64, so that no limb is ever shifted
//! by its whole width: that pattern was compiled wrongly before, on both architectures.

use super::{Bits, Emit, Limb, Word, ZERO};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    Left,
    Right,
    /// To the right, with copies of the sign.
    Arithmetic,
}

impl Emit<'_> {
    /// A shift by an amount that is known.
    pub(crate) fn shift(&mut self, op: Shift, word: &Word, by: u32) -> Word {
        let (limbs, bits) = ((by.min(256) / 64) as usize, by.min(256) % 64);
        match op {
            Shift::Left => Word(std::array::from_fn(|i| {
                let limb = |at: usize| at.checked_sub(limbs).map_or(ZERO, |at| word.0[at]);
                let below = i.checked_sub(1).map_or(ZERO, limb);
                self.funnel(limb(i), below, 64 - bits)
            })),
            Shift::Right => Word(std::array::from_fn(|i| {
                let limb = |at: usize| word.0.get(at + limbs).copied().unwrap_or(ZERO);
                self.funnel(limb(i + 1), limb(i), bits)
            })),
            Shift::Arithmetic => {
                let sign = self.one(Shift::Arithmetic, word.0[3], 63);
                Word(std::array::from_fn(|i| match i + limbs {
                    3 => self.one(Shift::Arithmetic, word.0[3], bits),
                    4.. => sign,
                    at => self.funnel(word.0[at + 1], word.0[at], bits),
                }))
            }
        }
    }

    /// The low limb of `high:low` shifted right by 0 to 64.
    fn funnel(&mut self, high: Limb, low: Limb, by: u32) -> Limb {
        match by {
            0 => low,
            64 => high,
            by => {
                let (high, low) = (self.one(Shift::Left, high, 64 - by), self.one(Shift::Right, low, by));
                self.bits(Bits::Or, high, low)
            }
        }
    }

    /// A limb shifted by 0 to 63.
    pub(super) fn one(&mut self, op: Shift, limb: Limb, by: u32) -> Limb {
        match (limb, op) {
            (limb, _) if by == 0 => limb,
            (Limb::Known(limb), Shift::Left) => Limb::Known(limb << by),
            (Limb::Known(limb), Shift::Right) => Limb::Known(limb >> by),
            (Limb::Known(limb), Shift::Arithmetic) => Limb::Known((limb.cast_signed() >> by).cast_unsigned()),
            (Limb::Is(limb), op) => {
                let by = self.number(by.into());
                Limb::Is(self.one_by(op, limb, by))
            }
        }
    }

    fn one_by(&mut self, op: Shift, limb: Value, by: Value) -> Value {
        match op {
            Shift::Left => self.at.ins().ishl(limb, by),
            Shift::Right => self.at.ins().ushr(limb, by),
            Shift::Arithmetic => self.at.ins().sshr(limb, by),
        }
    }

    /// A word of one limb shifted by a word of one limb, where only one limb of the result is wanted.
    pub(crate) fn shift_small(&mut self, op: Shift, word: Limb, by: Limb) -> Word {
        let (word, by) = (self.value(word), self.value(by));
        let shifted = self.one_by(op, word, by);
        let (width, zero) = (self.number(64), self.number(0));
        let fits = self.at.ins().icmp(IntCC::UnsignedLessThan, by, width);
        Word::small(self.at.ins().select(fits, shifted, zero))
    }
}
