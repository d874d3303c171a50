//! ADD and SUB: a carry out of the low half, and the high half with it.
//!
//! A small number that is known is nearly always added to the lowest limb alone: pointers and counters are small, and hashes are
//! not near the end of a limb. So that is done with a branch to the rest, and takes two instructions instead of eleven.

use super::{Emit, Limb, Word, ZERO};
use cranelift_codegen::cursor::Cursor;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value};

/// A small number to be added, or subtracted.
#[derive(Clone, Copy)]
struct Step {
    number: u64,
    down: bool,
}

impl Step {
    /// A known number that is small, or the negative of one.
    fn of(word: &Word, down: bool) -> Option<Step> {
        let value = word.value()?;
        let (number, down) = match value.bit(255) {
            false => (value, down),
            true => (value.wrapping_neg(), !down),
        };
        Some(Step { number: u32::try_from(number).ok()?.into(), down })
    }
}

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
        for (word, number) in [(&left, &right), (&right, &left)] {
            if limbs > 2
                && let Some(step) = Step::of(number, false)
            {
                return self.step(word, step, limbs);
            }
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
                let carry = self.carried(carry);
                let high = if right.0[2..] == [ZERO; 2] {
                    left_high
                } else if left.0[2..] == [ZERO; 2] {
                    right_high
                } else {
                    self.at.ins().iadd(left_high, right_high)
                };
                if fault::planted!(ClifAddCarry) && right.0[2..] == [ZERO; 2] {
                    return self.join(low, high).cut(limbs);
                }
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
        if limbs > 2
            && let Some(step) = Step::of(&right, true)
        {
            return self.step(&left, step, limbs);
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
                let borrow = self.carried(borrow);
                let high = match right.0[2..] == [ZERO; 2] {
                    true => left_high,
                    false => self.at.ins().isub(left_high, right_high),
                };
                let high = self.at.ins().isub(high, borrow);
                self.join(low, high).cut(limbs)
            }
        }
    }

    /// A small number added or subtracted; the upper limbs change in a block that is hardly ever entered.
    fn step(&mut self, word: &Word, step: Step, limbs: usize) -> Word {
        let [low, upper @ ..] = word.cut(limbs).0.map(|limb| self.value(limb));
        let number = self.number(step.number);
        let (low, carries) = match step.down {
            false => {
                let sum = self.at.ins().iadd(low, number);
                (sum, self.at.ins().icmp(IntCC::UnsignedLessThan, sum, number))
            }
            true => {
                let carries = self.at.ins().icmp(IntCC::UnsignedLessThan, low, number);
                (self.at.ins().isub(low, number), carries)
            }
        };
        let [rare, goes_on] = [(); 2].map(|()| self.at.func.dfg.make_block());
        let changed = [(); 3].map(|()| self.at.func.dfg.append_block_param(goes_on, I64));
        self.at.func.layout.set_cold(rare);
        self.at.ins().brif(carries, rare, &[], goes_on, &upper.map(BlockArg::Value));
        self.begin(rare);
        let stepped = match fault::planted!(ClifAddCarry) {
            true => upper,
            false => self.step_upper(upper, step.down),
        };
        self.at.ins().jump(goes_on, &stepped.map(BlockArg::Value));
        self.begin(goes_on);
        let [second, third, fourth] = changed.map(Limb::Is);
        Word([Limb::Is(low), second, third, fourth]).cut(limbs)
    }

    /// One more or one less in the upper limbs.
    fn step_upper(&mut self, [second, third, fourth]: [Value; 3], down: bool) -> [Value; 3] {
        let (one, zero) = (self.number(1), self.number(0));
        let (pair, one) = (self.at.ins().iconcat(second, third), self.at.ins().iconcat(one, zero));
        let (pair, carry) = match down {
            false => self.at.ins().uadd_overflow(pair, one),
            true => self.at.ins().usub_overflow(pair, one),
        };
        let carry = self.at.ins().uextend(I64, carry);
        let (second, third) = self.at.ins().isplit(pair);
        let fourth = match down {
            false => self.at.ins().iadd(fourth, carry),
            true => self.at.ins().isub(fourth, carry),
        };
        [second, third, fourth]
    }

    /// Goes on at the end of a block that is not placed yet.
    fn begin(&mut self, block: Block) {
        self.at.func.layout.append_block(block);
        self.at.goto_bottom(block);
    }

    /// A carry as a half, in which x86_64 finds the zero that it adds with carry.
    fn carried(&mut self, carry: Value) -> Value {
        let (carry, zero) = (self.at.ins().uextend(I64, carry), self.number(0));
        self.at.ins().iconcat(carry, zero)
    }

    /// The low half of a word.
    pub(super) fn halves_low(&mut self, word: &Word) -> Value {
        self.pair(word.0[0], word.0[1])
    }

    /// A word of a low half alone.
    pub(super) fn low_word(&mut self, low: Value) -> Word {
        let [a, b] = self.split(low);
        Word([a, b, ZERO, ZERO])
    }
}
