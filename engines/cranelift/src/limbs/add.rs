//! ADD and SUB: a carry out of the low half, and the high half with it.

use super::{Emit, Word, ZERO};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::types::I128;

impl Emit<'_> {
    /// ADD.
    pub(crate) fn add(&mut self, left: &Word, right: &Word, limbs: usize) -> Word {
        let limbs = limbs.min(left.len().max(right.len()) + 1);
        let (left, right) = (left.cut(limbs), right.cut(limbs));
        if left.len() == 0 {
            return right;
        }
        if right.len() == 0 {
            return left;
        }
        match limbs {
            0 | 1 => {
                let (left, right) = (self.value(left.0[0]), self.value(right.0[0]));
                Word::small(self.at.ins().iadd(left, right))
            }
            2 => {
                let (left, right) = (self.halves_low(&left), self.halves_low(&right));
                let sum = self.at.ins().iadd(left, right);
                self.low_word(sum)
            }
            _ => {
                let ([left_low, left_high], [right_low, right_high]) = (self.halves(&left), self.halves(&right));
                let (low, carry) = self.at.ins().uadd_overflow(left_low, right_low);
                let carry = self.at.ins().uextend(I128, carry);
                let high = if right.0[2..] == [ZERO; 2] {
                    left_high
                } else if left.0[2..] == [ZERO; 2] {
                    right_high
                } else {
                    self.at.ins().iadd(left_high, right_high)
                };
                let high = self.at.ins().iadd(high, carry);
                self.join(low, high).cut(limbs)
            }
        }
    }

    /// SUB.
    pub(crate) fn sub(&mut self, left: &Word, right: &Word, limbs: usize) -> Word {
        let (left, right) = (left.cut(limbs), right.cut(limbs));
        if right.len() == 0 {
            return left;
        }
        match limbs {
            0 | 1 => {
                let (left, right) = (self.value(left.0[0]), self.value(right.0[0]));
                Word::small(self.at.ins().isub(left, right))
            }
            2 => {
                let (left, right) = (self.halves_low(&left), self.halves_low(&right));
                let difference = self.at.ins().isub(left, right);
                self.low_word(difference)
            }
            _ => {
                let ([left_low, left_high], [right_low, right_high]) = (self.halves(&left), self.halves(&right));
                let (low, borrow) = self.at.ins().usub_overflow(left_low, right_low);
                let borrow = self.at.ins().uextend(I128, borrow);
                let high = match right.0[2..] == [ZERO; 2] {
                    true => left_high,
                    false => self.at.ins().isub(left_high, right_high),
                };
                let high = self.at.ins().isub(high, borrow);
                self.join(low, high).cut(limbs)
            }
        }
    }

    /// The low half of a word.
    pub(super) fn halves_low(&mut self, word: &Word) -> cranelift_codegen::ir::Value {
        self.pair(word.0[0], word.0[1])
    }

    /// A word of a low half alone.
    pub(super) fn low_word(&mut self, low: cranelift_codegen::ir::Value) -> Word {
        let [a, b] = self.split(low);
        Word([a, b, ZERO, ZERO])
    }
}
