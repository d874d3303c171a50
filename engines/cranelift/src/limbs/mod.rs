//! Words of 256 bits in CLIF: four limbs, of which any may be known.
//!
//! CLIF has no integers of 256 bits, and its carry does not outlive an instruction, so words are computed in halves of
//! 128 bits with one carry between them. A limb that is known takes no register and no instruction: a word that is known
//! to be small is one limb and three known zeros, and everything here becomes the narrow form by that alone.
//!
//! Operations that wrap take `limbs`, how many limbs of the result can differ from zero; whoever asks for fewer than four
//! knows that the others are zero. The low limbs of a sum, difference or product depend on low limbs only.

mod add;
mod bytes;
mod compare;
mod divide;
mod multiply;
mod shift;
#[cfg(test)]
mod tests;

use api::U256;
use cranelift_codegen::cursor::FuncCursor;
use cranelift_codegen::ir::types::{I64, I64X2, I128};
use cranelift_codegen::ir::{InstBuilder, Value};
pub(crate) use shift::Shift;

/// 64 bits of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limb {
    /// Known.
    Known(u64),
    /// Whatever this is, of type i64.
    Is(Value),
}

/// A word, least significant limb first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) [Limb; 4]);

/// Zero.
pub(crate) const ZERO: Limb = Limb::Known(0);

impl Word {
    /// A word that is known.
    pub(crate) fn known(word: U256) -> Word {
        Word(word.as_limbs().map(Limb::Known))
    }

    /// A word of one limb.
    pub(crate) fn small(limb: Value) -> Word {
        Word([Limb::Is(limb), ZERO, ZERO, ZERO])
    }

    /// How many limbs can differ from zero.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().rposition(|limb| *limb != ZERO).map_or(0, |last| last + 1)
    }

    /// The same with all but the lowest limbs zero.
    pub(crate) fn cut(mut self, limbs: usize) -> Word {
        self.0[limbs.min(4)..].fill(ZERO);
        self
    }

    /// Its value, if all of it is known.
    pub(crate) fn value(&self) -> Option<U256> {
        let mut limbs = [0; 4];
        for (to, limb) in limbs.iter_mut().zip(self.0) {
            let Limb::Known(value) = limb else { return None };
            *to = value;
        }
        Some(U256::from_limbs(limbs))
    }
}

/// A bitwise operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bits {
    And,
    Or,
    Xor,
}

/// A place in a function where instructions are added.
pub(crate) struct Emit<'f> {
    pub(crate) at: FuncCursor<'f>,
}

impl Emit<'_> {
    /// A number.
    pub(crate) fn number(&mut self, number: u64) -> Value {
        self.at.ins().iconst(I64, number.cast_signed())
    }

    /// Two limbs of zero in one register.
    pub(crate) fn zeroes(&mut self) -> Value {
        let zeroes = self.at.func.dfg.constants.insert([0; 16].as_slice().into());
        self.at.ins().vconst(I64X2, zeroes)
    }

    /// A limb in a register.
    pub(crate) fn value(&mut self, limb: Limb) -> Value {
        match limb {
            Limb::Known(number) => self.number(number),
            Limb::Is(value) => value,
        }
    }

    /// Two limbs as one number.
    fn pair(&mut self, low: Limb, high: Limb) -> Value {
        let low = self.value(low);
        if high == ZERO {
            return self.at.ins().uextend(I128, low);
        }
        let high = self.value(high);
        self.at.ins().iconcat(low, high)
    }

    /// The low and the high half of a word.
    fn halves(&mut self, word: &Word) -> [Value; 2] {
        let [a, b, c, d] = word.0;
        [self.pair(a, b), self.pair(c, d)]
    }

    fn split(&mut self, pair: Value) -> [Limb; 2] {
        let (low, high) = self.at.ins().isplit(pair);
        [Limb::Is(low), Limb::Is(high)]
    }

    /// A word of two halves.
    fn join(&mut self, low: Value, high: Value) -> Word {
        let ([a, b], [c, d]) = (self.split(low), self.split(high));
        Word([a, b, c, d])
    }

    /// A flag as a word.
    pub(crate) fn flag(&mut self, flag: Value) -> Word {
        Word::small(self.at.ins().uextend(I64, flag))
    }

    /// AND, OR and XOR.
    pub(crate) fn bitwise(&mut self, op: Bits, left: &Word, right: &Word) -> Word {
        Word(std::array::from_fn(|i| self.bits(op, left.0[i], right.0[i])))
    }

    fn bits(&mut self, op: Bits, left: Limb, right: Limb) -> Limb {
        use Limb::{Is, Known};
        match (op, left, right) {
            (Bits::And, Known(left), Known(right)) => Known(left & right),
            (Bits::Or, Known(left), Known(right)) => Known(left | right),
            (Bits::Xor, Known(left), Known(right)) => Known(left ^ right),
            (Bits::And, Known(0), _) | (Bits::And, _, Known(0)) => ZERO,
            (Bits::And, Known(u64::MAX), limb) | (Bits::And, limb, Known(u64::MAX)) => limb,
            (Bits::Or, Known(u64::MAX), _) | (Bits::Or, _, Known(u64::MAX)) => Known(u64::MAX),
            (Bits::Or | Bits::Xor, Known(0), limb) | (Bits::Or | Bits::Xor, limb, Known(0)) => limb,
            (op, left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                Is(match op {
                    Bits::And => self.at.ins().band(left, right),
                    Bits::Or => self.at.ins().bor(left, right),
                    Bits::Xor => self.at.ins().bxor(left, right),
                })
            }
        }
    }

    /// NOT.
    pub(crate) fn not(&mut self, word: &Word) -> Word {
        Word(word.0.map(|limb| match limb {
            Limb::Known(value) => Limb::Known(!value),
            Limb::Is(value) => Limb::Is(self.at.ins().bnot(value)),
        }))
    }

    /// CLZ: how many zeros stand before the first one.
    pub(crate) fn leading_zeros(&mut self, word: &Word) -> Word {
        // Of zero all 64 bits lead.
        let mut count = None;
        for (limb, above) in word.0.into_iter().zip([192, 128, 64, 0]) {
            let limb = self.value(limb);
            let leading = self.at.ins().clz(limb);
            let above = self.number(above);
            let here = self.at.ins().iadd(leading, above);
            count = Some(match count {
                None => here,
                Some(below) => self.at.ins().select(limb, here, below),
            });
        }
        Word::small(count.expect("a word has limbs"))
    }
}
