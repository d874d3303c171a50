//! Instructions, one by one.

use super::{KEPT_MEMORY, Region};
use crate::limbs::{Limb, Word, ZERO};
use crate::regions::limbs_of;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};
use ir::{Inst, Op, suspends};
use runtime::offset;
use spec::op;

impl Region<'_> {
    /// The word of a value.
    pub(super) fn word(&self, value: ir::Value) -> Word {
        self.words[value.0 as usize]
    }

    pub(super) fn inst(&mut self, inst: &Inst) {
        let limbs = inst.result.map_or(4, |value| limbs_of(self.func.width(value)));
        let word = match inst.op {
            Op::Const(word) => Word::known(word),
            Op::Pure(opcode, operands) => {
                let bits = self.func.widths.get(operands[0].0 as usize).map_or(256, |width| width.bits());
                let operands = operands.map(|value| match value {
                    ir::Value(u32::MAX) => Word([ZERO; 4]),
                    value => self.words.get(value.0 as usize).copied().unwrap_or(Word([ZERO; 4])),
                });
                self.pure(opcode, &operands, limbs, bits)
            }
            Op::Env(opcode) => self.constant(opcode, limbs),
            Op::Load(slot) => self.load_word(self.sp, 32 * slot, limbs),
            Op::Msize => Word::small(self.kept(offset::MEMORY_LEN)),
            Op::Gas => Word::small(self.gas),
            Op::MemLoad(offset) => self.memory_load(offset),
            Op::CallDataLoad(offset) => self.calldata_load(offset),
            Op::Store(slot, value) => {
                let word = self.word(value);
                return self.stack_store(self.sp, slot, &word);
            }
            Op::Grow(offset, len) => return self.grow(offset, len),
            Op::MemStore(offset, value) => return self.memory_store(offset, value),
            Op::MemStore8(offset, value) => return self.memory_store_byte(offset, value),
            Op::Builtin { opcode, height, pc } => return self.builtin(opcode, height, pc),
        };
        if let Some(result) = inst.result {
            self.words[result.0 as usize] = word.cut(limbs);
        }
    }

    /// A word that is constant for the frame, or for the block.
    fn constant(&mut self, opcode: u8, limbs: usize) -> Word {
        let at = match opcode {
            op::CALLDATASIZE => return Word::small(self.context_load(offset::INPUT_LEN)),
            op::RETURNDATASIZE => return Word::small(self.context_load(offset::RETURN_LEN)),
            opcode => offset::constant(opcode),
        };
        // An instruction that has no constant is none of these.
        let Some(at) = at else { return Word([ZERO; 4]) };
        self.load_word(self.context, at, limbs)
    }

    /// A word in memory of ours, limb by limb.
    pub(super) fn load_word(&mut self, base: Value, at: i32, limbs: usize) -> Word {
        Word(std::array::from_fn(|i| match i < limbs {
            true => Limb::Is(self.emit.at.ins().load(I64, MemFlagsData::trusted(), base, at + 8 * i as i32)),
            false => ZERO,
        }))
    }

    /// Calls the builtin of an instruction on the stack. It leaves the region unless it says otherwise.
    fn builtin(&mut self, opcode: u8, height: i32, pc: u32) {
        self.context_store(offset::GAS, self.gas);
        if suspends(opcode) {
            self.context_store_u32(offset::PC, pc + 1);
        }
        let bytes = self.emit.number(i64::from(32 * height).cast_unsigned());
        let end = self.emit.at.ins().iadd(self.sp, bytes);
        let status = self.call_builtin(opcode.into(), end);
        if self.never_goes_on(opcode) {
            return self.jump(self.common.left, &[status]);
        }
        let goes_on = self.new_block();
        self.branch(status, (self.common.left, &[status]), (goes_on, &[]));
        self.begin(goes_on);
        if !fault::planted!(ClifKeptStale) {
            self.keep(&KEPT_MEMORY);
        }
        self.gas = self.context_load(offset::GAS);
    }

    fn never_goes_on(&self, opcode: u8) -> bool {
        suspends(opcode) || matches!(opcode, op::RETURN | op::REVERT | op::SELFDESTRUCT)
    }
}
