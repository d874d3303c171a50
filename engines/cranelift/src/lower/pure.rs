//! Functions of words alone.

use super::Region;
use super::memory::NOTHING;
use crate::limbs::{Bits, Emit, Limb, Shift, Word};
use api::U256;
use cranelift_codegen::ir::Value;
use cranelift_codegen::ir::types::I64;
use spec::op;

impl Region<'_> {
    /// The result of an instruction, of which only so many limbs can differ from zero. The top operand has at most so many bits.
    pub(super) fn pure(&mut self, opcode: u8, operands: &[Word; 3], limbs: usize, bits: usize) -> Word {
        let [left, right, _] = operands;
        let emit = &mut self.emit;
        let flag = match opcode {
            op::ADD => return emit.add(left, right, limbs),
            op::SUB => return emit.sub(left, right, limbs),
            op::MUL => return emit.mul(left, right, limbs),
            op::AND => return emit.bitwise(Bits::And, left, right),
            op::OR => return emit.bitwise(Bits::Or, left, right),
            op::XOR => return emit.bitwise(Bits::Xor, left, right),
            op::NOT => return emit.not(left),
            op::CLZ => return emit.leading_zeros(left),
            op::BYTE => return emit.byte(left, right),
            op::LT => emit.less(left, right),
            op::GT => emit.less(right, left),
            op::SLT => emit.less_signed(left, right),
            op::SGT => emit.less_signed(right, left),
            op::EQ => emit.equal(left, right),
            op::ISZERO => emit.is_zero(&left.0),
            op::SHL | op::SHR | op::SAR => return self.shift(opcode, left, right, limbs, bits),
            op::DIV | op::MOD => return self.divide(opcode, left, right),
            op::SDIV | op::SMOD => return self.divide_signed(opcode, left, right),
            op::SIGNEXTEND => {
                return match left.value() {
                    Some(byte) => emit.signextend(byte, right),
                    None => self.call_aside(opcode, &operands[..2]),
                };
            }
            opcode => {
                let arity = ir::arity(opcode).unwrap_or(0);
                return self.call_aside(opcode, &operands[..arity]);
            }
        };
        self.emit.flag(flag)
    }

    fn shift(&mut self, opcode: u8, by: &Word, word: &Word, limbs: usize, bits: usize) -> Word {
        let op = match opcode {
            op::SHL => Shift::Left,
            op::SHR => Shift::Right,
            _ => Shift::Arithmetic,
        };
        if let Some(by) = by.value() {
            return self.emit.shift(op, word, u32::try_from(by).unwrap_or(u32::MAX));
        }
        // Shifted to the right, or to the left below one limb: nothing of the limbs above is needed.
        let is_small = by.len() <= 1
            && match op {
                Shift::Left => limbs <= 1,
                Shift::Right => word.len() <= 1,
                Shift::Arithmetic => word.len() <= 1,
            };
        match is_small {
            true if op == Shift::Left => self.emit.shift_small(Shift::Left, word.0[0], by.0[0]),
            true => self.emit.shift_small(Shift::Right, word.0[0], by.0[0]),
            false => self.emit.shift_by(op, word, by, limbs, bits <= 8),
        }
    }

    /// DIV and MOD: by powers of two shifts and masks, of one limb what the processor has, or else a builtin, after a look
    /// whether both happen to be of one limb.
    fn divide(&mut self, opcode: u8, left: &Word, right: &Word) -> Word {
        let rest = opcode == op::MOD;
        match right.value() {
            Some(U256::ZERO) => return NOTHING,
            Some(divisor) if divisor.is_power_of_two() => {
                let power = divisor.trailing_zeros() as u32;
                return match rest {
                    false => self.emit.div_power(left, power),
                    true => self.emit.mod_power(left, power),
                };
            }
            _ => {}
        }
        if left.len() <= 1 && right.len() <= 1 {
            return self.emit.quotient(left.0[0], right.0[0], rest);
        }
        let above: Vec<Limb> = left.0[1..].iter().chain(&right.0[1..]).copied().collect();
        let is_wide = self.emit.is_not_zero(&above);
        self.small_or_aside(opcode, [left, right], is_wide, |emit| emit.quotient(left.0[0], right.0[0], rest))
    }

    /// SDIV and SMOD: what the processor has, if both words are a limb with copies of its sign, or else a builtin.
    fn divide_signed(&mut self, opcode: u8, left: &Word, right: &Word) -> Word {
        let rest = opcode == op::SMOD;
        let above = [self.emit.above_signed(left), self.emit.above_signed(right), self.emit.is_special(right.0[0])];
        if above.iter().any(|limb| matches!(limb, Limb::Known(1..))) {
            return self.call_aside(opcode, &[*left, *right]);
        }
        let is_wide = self.emit.is_not_zero(&above);
        self.small_or_aside(opcode, [left, right], is_wide, |emit| emit.quotient_signed(left.0[0], right.0[0], rest))
    }

    /// What is made of limbs, or where words are wide the answer of a builtin.
    fn small_or_aside(
        &mut self,
        opcode: u8,
        [left, right]: [&Word; 2],
        is_wide: Value,
        make: impl FnOnce(&mut Emit<'_>) -> Word,
    ) -> Word {
        let (small, wide, goes_on) = (self.new_block(), self.cold_block(), self.new_block());
        self.branch(is_wide, (wide, &[]), (small, &[]));
        self.begin(small);
        let word = make(&mut self.emit);
        let limbs = [I64; 4].map(|ty| self.param(goes_on, ty));
        let word = word.0.map(|limb| self.emit.value(limb));
        self.jump(goes_on, &word);
        self.begin(wide);
        let word = self.call_aside(opcode, &[*left, *right]);
        let word = word.0.map(|limb| self.emit.value(limb));
        self.jump(goes_on, &word);
        self.begin(goes_on);
        Word(limbs.map(Limb::Is))
    }
}
