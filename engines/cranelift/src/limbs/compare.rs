//! LT, SLT, EQ and ISZERO as flags: comparisons of halves, which a branch or a conversion takes in.

use super::{Bits, Emit, Limb, Word, ZERO};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I8;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Opcode, Value};

impl Emit<'_> {
    /// Whether the left word is less than the right one, as numbers without sign.
    pub(crate) fn less(&mut self, left: &Word, right: &Word) -> Value {
        match left.len().max(right.len()) {
            0 | 1 => {
                let (left, right) = (self.value(left.0[0]), self.value(right.0[0]));
                self.at.ins().icmp(IntCC::UnsignedLessThan, left, right)
            }
            2 => self.less_low(left, right),
            _ if fault::planted!(ClifLessHalf) && left.0[2..] == [ZERO; 2] => self.less_low(left, right),
            _ if left.0[2..] == [ZERO; 2] => {
                let (low, above) = (self.less_low(left, right), self.is_not_zero(&right.0[2..]));
                self.at.ins().bor(low, above)
            }
            _ if right.0[2..] == [ZERO; 2] => {
                let (low, above) = (self.less_low(left, right), self.is_zero(&left.0[2..]));
                self.at.ins().band(low, above)
            }
            _ => self.less_by(IntCC::UnsignedLessThan, left, right),
        }
    }

    /// The same for numbers with sign.
    pub(crate) fn less_signed(&mut self, left: &Word, right: &Word) -> Value {
        let is_positive = |word: &Word| matches!(word.0[3], Limb::Known(limb) if limb.cast_signed() >= 0);
        if is_positive(left) && is_positive(right) {
            return self.less(left, right);
        }
        // Of a word beside zero the sign is all that counts, or that and whether it is zero.
        if right.len() == 0 {
            return self.has_sign(left, IntCC::SignedLessThan);
        }
        if left.len() == 0 {
            let (positive, any) = (self.has_sign(right, IntCC::SignedGreaterThanOrEqual), self.is_not_zero(&right.0));
            return self.at.ins().band(positive, any);
        }
        self.less_by(IntCC::SignedLessThan, left, right)
    }

    /// Compares the highest limb with zero.
    fn has_sign(&mut self, word: &Word, condition: IntCC) -> Value {
        let (limb, zero) = (self.value(word.0[3]), self.number(0));
        self.at.ins().icmp(condition, limb, zero)
    }

    fn less_low(&mut self, left: &Word, right: &Word) -> Value {
        if left.0[1] == ZERO && right.0[1] == ZERO {
            let (left, right) = (self.value(left.0[0]), self.value(right.0[0]));
            return self.at.ins().icmp(IntCC::UnsignedLessThan, left, right);
        }
        let (left, right) = (self.halves_low(left), self.halves_low(right));
        self.at.ins().icmp(IntCC::UnsignedLessThan, left, right)
    }

    fn less_by(&mut self, high: IntCC, left: &Word, right: &Word) -> Value {
        let ([left_low, left_high], [right_low, right_high]) = (self.halves(left), self.halves(right));
        let less = self.at.ins().icmp(high, left_high, right_high);
        let equal = self.at.ins().icmp(IntCC::Equal, left_high, right_high);
        let below = self.at.ins().icmp(IntCC::UnsignedLessThan, left_low, right_low);
        let decided_below = self.at.ins().band(equal, below);
        self.at.ins().bor(less, decided_below)
    }

    /// Whether two words are equal.
    pub(crate) fn equal(&mut self, left: &Word, right: &Word) -> Value {
        let pairs = left.0.into_iter().zip(right.0).filter(|(left, right)| left != right);
        let pairs: Vec<(Limb, Limb)> = pairs.collect();
        if let [(left, right)] = pairs[..] {
            let (left, right) = (self.value(left), self.value(right));
            return self.at.ins().icmp(IntCC::Equal, left, right);
        }
        // Limbs are compared where they lie: a difference would take the register of an operand, and with it the place in memory of
        // one that lives for long.
        let (beside_zero, others): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(left, right)| *left == ZERO || *right == ZERO);
        let mut flags = Vec::new();
        for (left, right) in &others {
            let (left, right) = (self.value(*left), self.value(*right));
            flags.push(self.at.ins().icmp(IntCC::Equal, left, right));
        }
        if flags.is_empty() || !beside_zero.is_empty() {
            let limbs: Vec<Limb> =
                beside_zero.iter().map(|(left, right)| self.bits(Bits::Xor, *left, *right)).collect();
            flags.push(self.is_zero(&limbs));
        }
        flags.into_iter().reduce(|left, right| self.at.ins().band(left, right)).expect("there is a flag")
    }

    /// Whether all these limbs are zero.
    pub(crate) fn is_zero(&mut self, limbs: &[Limb]) -> Value {
        self.zero_test(IntCC::Equal, limbs)
    }

    /// Whether one of these limbs is not zero.
    pub(crate) fn is_not_zero(&mut self, limbs: &[Limb]) -> Value {
        self.zero_test(IntCC::NotEqual, limbs)
    }

    fn zero_test(&mut self, cond: IntCC, limbs: &[Limb]) -> Value {
        match limbs.iter().copied().reduce(|left, right| self.bits(Bits::Or, left, right)).unwrap_or(ZERO) {
            Limb::Known(limb) => self.at.ins().iconst(I8, i64::from((limb == 0) == (cond == IntCC::Equal))),
            Limb::Is(limb) => {
                let zero = self.number(0);
                self.at.ins().icmp(cond, limb, zero)
            }
        }
    }

    /// One value whose being zero is that of the word: the flag that it was made of, or else all of its limbs.
    pub(crate) fn truth(&mut self, word: &Word) -> Value {
        if let Limb::Is(limb) = word.0[0]
            && word.len() == 1
            && let Some(inst) = self.at.func.dfg.value_def(limb).inst()
            && let InstructionData::Unary { opcode: Opcode::Uextend, arg } = self.at.func.dfg.insts[inst]
            && self.at.func.dfg.value_type(arg) == I8
        {
            return arg;
        }
        self.any_bit(word)
    }

    /// Whether a value of any width is zero.
    pub(crate) fn is_none(&mut self, value: Value) -> Value {
        let ty = self.at.func.dfg.value_type(value);
        let zero = self.at.ins().iconst(ty, 0);
        self.at.ins().icmp(IntCC::Equal, value, zero)
    }

    /// One value whose being zero is that of the word, without making a flag of it.
    pub(crate) fn any_bit(&mut self, word: &Word) -> Value {
        let all = word.0.into_iter().reduce(|left, right| self.bits(Bits::Or, left, right)).unwrap_or(ZERO);
        self.value(all)
    }
}
