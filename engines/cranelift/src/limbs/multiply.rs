//! MUL: wide products of limbs for the low half, low products of halves for the rest.
//!
//! With `a` and `b` in halves, the product modulo 2^256 is `a.low * b.low + (a.low * b.high + a.high * b.low) << 128`. The
//! first term is built of four wide products, whose sums below cannot overflow 128 bits: `(2^64-1)^2 + 2 * (2^64-1) < 2^128`.

use super::{Emit, Limb, Word, ZERO};
use cranelift_codegen::ir::types::I128;
use cranelift_codegen::ir::{InstBuilder, Value};

impl Emit<'_> {
    /// MUL.
    pub(crate) fn mul(&mut self, left: &Word, right: &Word, limbs: usize) -> Word {
        let limbs = limbs.min(left.len() + right.len());
        let (left, right) = (left.cut(limbs), right.cut(limbs));
        if left.len() == 0 || right.len() == 0 {
            return Word([ZERO; 4]);
        }
        match limbs {
            0 | 1 => {
                let (left, right) = (self.value(left.0[0]), self.value(right.0[0]));
                Word::small(self.at.ins().imul(left, right))
            }
            2 => {
                let product = self.low_product(&left.0[..2], &right.0[..2]);
                match product {
                    Some(product) => self.low_word(product),
                    None => Word([ZERO; 4]),
                }
            }
            _ => self.mul_wide(&left, &right).cut(limbs),
        }
    }

    fn mul_wide(&mut self, left: &Word, right: &Word) -> Word {
        let ([a, b, ..], [x, y, ..]) = (left.0, right.0);
        let [first, carry] = match self.wide(a, x) {
            Some(product) => self.split(product),
            None => [ZERO; 2],
        };
        let [middle, high_one] = self.wide_plus(a, y, carry);
        let [second, high_two] = self.wide_plus(b, x, middle);
        let [third, fourth] = self.wide_plus(b, y, high_one);
        let mut high = self.pair(third, fourth);
        if high_two != ZERO {
            let high_two = self.pair(high_two, ZERO);
            high = self.at.ins().iadd(high, high_two);
        }
        for (low, upper) in [(&left.0[..2], &right.0[2..]), (&right.0[..2], &left.0[2..])] {
            if let Some(product) = self.low_product(low, upper) {
                high = self.at.ins().iadd(high, product);
            }
        }
        let [third, fourth] = self.split(high);
        Word([first, second, third, fourth])
    }

    /// The product of two limbs plus a limb.
    fn wide_plus(&mut self, left: Limb, right: Limb, more: Limb) -> [Limb; 2] {
        let Some(product) = self.wide(left, right) else { return [more, ZERO] };
        if more == ZERO {
            return self.split(product);
        }
        let more = self.pair(more, ZERO);
        let sum = self.at.ins().iadd(product, more);
        self.split(sum)
    }

    /// The product of two limbs; `None` if it is zero.
    fn wide(&mut self, left: Limb, right: Limb) -> Option<Value> {
        if left == ZERO || right == ZERO {
            return None;
        }
        let (left, right) = (self.value(left), self.value(right));
        let (left, right) = (self.at.ins().uextend(I128, left), self.at.ins().uextend(I128, right));
        Some(self.at.ins().imul(left, right))
    }

    /// The product of two halves modulo 2^128; `None` if it is zero.
    fn low_product(&mut self, left: &[Limb], right: &[Limb]) -> Option<Value> {
        let zeros = [ZERO; 2];
        if left == zeros || right == zeros {
            return None;
        }
        if left[1] == ZERO && right[1] == ZERO {
            return self.wide(left[0], right[0]);
        }
        let (left, right) = (self.pair(left[0], left[1]), self.pair(right[0], right[1]));
        Some(self.at.ins().imul(left, right))
    }
}
