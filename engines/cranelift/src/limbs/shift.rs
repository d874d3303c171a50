//! SHL, SHR and SAR, by amounts that are known and by any.
//!
//! By an amount that is known, a limb of the result is made of two neighbours only where the amount is no multiple of 64, so that
//! no limb is ever shifted by its whole width: that pattern was compiled wrongly before, on both architectures.
//!
//! By any other amount, bits move first and whole limbs after them. What a neighbour hands over is shifted by one and then by
//! the complement of the amount, so that an amount of zero hands over nothing and no shift reaches a width. Whole limbs are
//! chosen and not branched for: it is a few moves, and branches would need the whole word in place on both ways.

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
                    4.. if fault::planted!(ClifSarSign) => ZERO,
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

    /// A shift by an amount that is not known. Of one to the left only so many limbs are wanted; `is_inside` says that the
    /// amount is known to be less than 256.
    pub(crate) fn shift_by(&mut self, op: Shift, word: &Word, by: &Word, limbs: usize, is_inside: bool) -> Word {
        let mut low = self.value(by.0[0]);
        let beyond = (!is_inside).then(|| self.is_beyond(by));
        if let (Some(beyond), Shift::Arithmetic) = (beyond, op) {
            let most = self.number(255);
            low = self.at.ins().select(beyond, most, low);
        }
        let back = self.at.ins().bnot(low);
        let bits = match op {
            Shift::Left => self.bits_left(&word.cut(limbs), low, back),
            Shift::Right | Shift::Arithmetic => self.bits_right(op, word, low, back),
        };
        let above = if op == Shift::Arithmetic { self.one(Shift::Arithmetic, word.0[3], 63) } else { ZERO };
        let mut moved = bits;
        for (count, bit) in [(1, 64), (2, 128)] {
            let bit = self.number(bit);
            let moves = self.at.ins().band(low, bit);
            let from = |i: usize| match op {
                Shift::Left => i.checked_sub(count).map_or(ZERO, |i| moved.0[i]),
                Shift::Right | Shift::Arithmetic => moved.0.get(i + count).copied().unwrap_or(above),
            };
            moved = Word(std::array::from_fn(|i| self.choose(moves, from(i), moved.0[i])));
        }
        match beyond {
            Some(beyond) if op != Shift::Arithmetic => self.unless(beyond, &moved.cut(limbs)),
            _ => moved.cut(limbs),
        }
    }

    /// Whether an amount is 256 or more.
    fn is_beyond(&mut self, by: &Word) -> Value {
        let most = Word::known(api::U256::from(255));
        self.less(&most, by)
    }

    /// The word, or zero if a flag is set.
    fn unless(&mut self, flag: Value, word: &Word) -> Word {
        let [zero, ones] = [0, u64::MAX].map(|number| self.number(number));
        let mask = Limb::Is(self.at.ins().select(flag, zero, ones));
        Word(word.0.map(|limb| if limb == ZERO { ZERO } else { self.bits(Bits::And, limb, mask) }))
    }

    fn choose(&mut self, flag: Value, then: Limb, other: Limb) -> Limb {
        if then == other {
            return then;
        }
        let (then, other) = (self.value(then), self.value(other));
        Limb::Is(self.at.ins().select(flag, then, other))
    }

    /// Shifts by the low six bits of an amount, of which `back` is the complement.
    fn bits_left(&mut self, word: &Word, low: Value, back: Value) -> Word {
        Word(std::array::from_fn(|i| {
            let here = self.one_maybe(Shift::Left, word.0[i], low);
            let below = i.checked_sub(1).map_or(ZERO, |i| self.one(Shift::Right, word.0[i], 1));
            let below = self.one_maybe(Shift::Right, below, back);
            self.bits(Bits::Or, here, below)
        }))
    }

    fn bits_right(&mut self, op: Shift, word: &Word, low: Value, back: Value) -> Word {
        Word(std::array::from_fn(|i| {
            let here = self.one_maybe(if i == 3 { op } else { Shift::Right }, word.0[i], low);
            let above = word.0.get(i + 1).map_or(ZERO, |limb| self.one(Shift::Left, *limb, 1));
            let above = self.one_maybe(Shift::Left, above, back);
            self.bits(Bits::Or, here, above)
        }))
    }

    /// A limb shifted by the low six bits of an amount.
    fn one_maybe(&mut self, op: Shift, limb: Limb, by: Value) -> Limb {
        if limb == ZERO {
            return ZERO;
        }
        let limb = self.value(limb);
        Limb::Is(self.one_by(op, limb, by))
    }

    /// A word of one limb shifted by a word of one limb, where only one limb of the result is wanted.
    pub(crate) fn shift_small(&mut self, op: Shift, word: Limb, by: Limb) -> Word {
        let (word, by) = (self.value(word), self.value(by));
        let shifted = self.one_by(op, word, by);
        if fault::planted!(ClifShiftWidth) {
            return Word::small(shifted);
        }
        let (width, zero) = (self.number(64), self.number(0));
        let fits = self.at.ins().icmp(IntCC::UnsignedLessThan, by, width);
        Word::small(self.at.ins().select(fits, shifted, zero))
    }
}
