//! Functions of words alone.

use super::Region;
use super::memory::NOTHING;
use crate::limbs::{Bits, Emit, Limb, Shift, Word, ZERO};
use api::U256;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value};
use runtime::offset;
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
    /// whether both happen to be of one limb, or whether DIV is of two limbs by one and can have them in registers.
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
        if right.0[1..].iter().any(|limb| matches!(limb, Limb::Known(1..))) {
            return self.call_aside(opcode, &[*left, *right]);
        }
        let is_wide = self.emit.is_not_zero(&above);
        let small = |emit: &mut Emit<'_>| emit.quotient(left.0[0], right.0[0], rest);
        // Of the limbs above, the first is the dividend's second one.
        self.small_or_aside(opcode, [left, right], is_wide, small, |_| above[1..].to_vec())
    }

    /// SDIV and SMOD: what the processor has, if both words are a limb with copies of its sign, or else a builtin, after a look whether
    /// SDIV is of two limbs by one and can have them in registers.
    fn divide_signed(&mut self, opcode: u8, left: &Word, right: &Word) -> Word {
        let rest = opcode == op::SMOD;
        let emit = &mut self.emit;
        let above = [emit.above_signed(left, 1), emit.above_signed(right, 1), emit.is_special(right.0[0])];
        if above.iter().any(|limb| matches!(limb, Limb::Known(1..))) {
            return self.call_aside(opcode, &[*left, *right]);
        }
        let is_wide = self.emit.is_not_zero(&above);
        let small = |emit: &mut Emit<'_>| emit.quotient_signed(left.0[0], right.0[0], rest);
        self.small_or_aside(opcode, [left, right], is_wide, small, |emit| {
            vec![emit.above_signed(left, 2), above[1], above[2]]
        })
    }

    /// What is made of limbs, or where words are wide the answer of a builtin; but that of a division with operands in registers, if
    /// there is one and the limbs beyond its operands are zero.
    fn small_or_aside(
        &mut self,
        opcode: u8,
        [left, right]: [&Word; 2],
        is_wide: Value,
        make: impl FnOnce(&mut Emit<'_>) -> Word,
        beyond: impl FnOnce(&mut Emit<'_>) -> Vec<Limb>,
    ) -> Word {
        let (small, wide, goes_on) = (self.new_block(), self.cold_block(), self.new_block());
        self.branch(is_wide, (wide, &[]), (small, &[]));
        self.begin(small);
        let word = make(&mut self.emit);
        let limbs = [I64; 4].map(|ty| self.param(goes_on, ty));
        self.go_on(goes_on, &word);
        self.begin(wide);
        if let Some(at) = offset::narrow(opcode) {
            let beyond = beyond(&mut self.emit);
            let is_wider = self.emit.is_not_zero(&beyond);
            let (narrow, wider) = (self.cold_block(), self.cold_block());
            self.branch(is_wider, (wider, &[]), (narrow, &[]));
            self.begin(narrow);
            let word = self.call_narrow(at, left, right, opcode == op::SDIV);
            self.go_on(goes_on, &word);
            self.begin(wider);
        }
        let word = self.call_aside(opcode, &[*left, *right]);
        self.go_on(goes_on, &word);
        self.begin(goes_on);
        Word(limbs.map(Limb::Is))
    }

    fn go_on(&mut self, to: clif::Block, word: &Word) {
        let word = word.0.map(|limb| self.emit.value(limb));
        self.jump(to, &word);
    }

    /// The quotient of two limbs by one; with a sign there are copies of it above.
    fn call_narrow(&mut self, at: i32, left: &Word, right: &Word, signed: bool) -> Word {
        let callee = self.context_load(at);
        let operands = [left.0[0], left.0[1], right.0[0]].map(|limb| self.emit.value(limb));
        let call = self.emit.at.ins().call_indirect(self.narrow, callee, &operands);
        let [low, high] = [0, 1].map(|i| Limb::Is(self.emit.at.func.dfg.inst_results(call)[i]));
        let above = if signed { self.emit.sign(high) } else { ZERO };
        Word([low, high, above, above])
    }
}
