//! Memory of the frame and calldata. What is near is done here, what is far by builtins.

use super::{KEPT_MEMORY, Region};
use crate::limbs::{Limb, Word, ZERO};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};
use runtime::{Status, offset, table};
use spec::{Halt, op};

/// Memory at any offset.
fn unaligned() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

/// The end of the words in the context.
const WORDS_END: i32 = offset::WORDS + 32 * 3;

impl Region<'_> {
    /// Makes memory reach `len` bytes behind an offset.
    pub(super) fn grow(&mut self, at: ir::Value, len: u32) {
        let at = self.word(at);
        if let Limb::Known(low) = at.0[0]
            && at.len() <= 1
            && let Some(end) = low.checked_add(len.into())
        {
            let end = self.emit.number(end);
            let memory_len = self.kept(offset::MEMORY_LEN);
            let is_far = self.emit.at.ins().icmp(IntCC::UnsignedLessThan, memory_len, end);
            return self.grow_if(is_far, end);
        }
        // Offsets below the limit have `len` bytes of memory behind them; of those of more than one limb nothing is bought.
        if at.len() > 1 {
            let above = self.emit.is_not_zero(&at.0[1..]);
            self.leave_if(above, Status::halt(Halt::OutOfGas));
        }
        let low = self.emit.value(at.0[0]);
        let is_far = match len {
            1 => {
                let limit = self.kept(offset::MEMORY_LEN);
                self.emit.at.ins().icmp(IntCC::UnsignedLessThanOrEqual, limit, low)
            }
            32 => {
                let limit = self.kept(offset::MEMORY_WORDS);
                let edge = fault::planted!(ClifMemoryEdge);
                let below = if edge { IntCC::UnsignedLessThan } else { IntCC::UnsignedLessThanOrEqual };
                self.emit.at.ins().icmp(below, limit, low)
            }
            len => {
                let (end, wraps) = self.sum(low, len);
                let memory_len = self.kept(offset::MEMORY_LEN);
                let beyond = self.emit.at.ins().icmp(IntCC::UnsignedLessThan, memory_len, end);
                self.emit.at.ins().bor(wraps, beyond)
            }
        };
        let (far, goes_on) = (self.cold_block(), self.new_block());
        let gas = self.param(goes_on, I64);
        self.branch(is_far, (far, &[]), (goes_on, &[self.gas]));
        self.begin(far);
        let (end, wraps) = self.sum(low, len);
        self.leave_if(wraps, Status::halt(Halt::OutOfGas));
        let grown = self.call_grow(end);
        self.jump(goes_on, &[grown]);
        self.begin(goes_on);
        self.gas = gas;
    }

    /// An offset and a length, and whether their sum wraps.
    fn sum(&mut self, low: Value, len: u32) -> (Value, Value) {
        let len = self.emit.number(len.into());
        self.emit.at.ins().uadd_overflow(low, len)
    }

    fn grow_if(&mut self, is_far: Value, end: Value) {
        let (far, goes_on) = (self.cold_block(), self.new_block());
        let gas = self.param(goes_on, I64);
        self.branch(is_far, (far, &[]), (goes_on, &[self.gas]));
        self.begin(far);
        let grown = self.call_grow(end);
        self.jump(goes_on, &[grown]);
        self.begin(goes_on);
        self.gas = gas;
    }

    /// Grows memory and gives the gas that is left then.
    fn call_grow(&mut self, end: Value) -> Value {
        self.context_store(offset::GAS, self.gas);
        self.context_store(offset::MEMORY_END, end);
        let status = self.call_builtin(table::GROW, self.sp);
        let goes_on = self.next_block();
        self.branch(status, (self.common.left, &[status]), (goes_on, &[]));
        self.begin(goes_on);
        self.keep(&KEPT_MEMORY);
        if fault::planted!(ClifGrowGas) {
            return self.gas;
        }
        self.context_load(offset::GAS)
    }

    fn memory_at(&mut self, at: ir::Value) -> Value {
        let low = self.word(at).0[0];
        let memory = self.kept(offset::MEMORY);
        let low = self.emit.value(low);
        self.emit.at.ins().iadd(memory, low)
    }

    /// The word that memory holds at an offset.
    pub(super) fn memory_load(&mut self, at: ir::Value) -> Word {
        let address = self.memory_at(at);
        Word(self.load_big_endian(address).map(Limb::Is))
    }

    fn load_big_endian(&mut self, address: Value) -> [Value; 4] {
        [24, 16, 8, 0].map(|at| {
            let limb = self.emit.at.ins().load(I64, unaligned(), address, at);
            self.emit.at.ins().bswap(limb)
        })
    }

    /// Writes a word to memory.
    pub(super) fn memory_store(&mut self, at: ir::Value, value: ir::Value) {
        let address = self.memory_at(at);
        for (half, at) in self.word(value).0.chunks_exact(2).zip([16, 0]) {
            if half == [ZERO; 2] {
                let zeroes = self.emit.zeroes();
                self.emit.at.ins().store(unaligned(), zeroes, address, at);
                continue;
            }
            for (limb, at) in half.iter().zip([at + 8, at]) {
                let limb = match *limb {
                    Limb::Known(limb) => self.emit.number(limb.swap_bytes()),
                    Limb::Is(limb) => self.emit.at.ins().bswap(limb),
                };
                self.emit.at.ins().store(unaligned(), limb, address, at);
            }
        }
    }

    /// Writes a byte to memory.
    pub(super) fn memory_store_byte(&mut self, at: ir::Value, value: ir::Value) {
        let address = self.memory_at(at);
        let low = self.word(value).0[0];
        let low = self.emit.value(low);
        self.emit.at.ins().istore8(unaligned(), low, address, 0);
    }

    /// The word of calldata at an offset.
    pub(super) fn calldata_load(&mut self, at: ir::Value) -> Word {
        let at = self.word(at);
        let (near, far, goes_on) = (self.new_block(), self.cold_block(), self.new_block());
        let limbs = [I64; 4].map(|ty| self.param(goes_on, ty));
        let low = self.emit.value(at.0[0]);
        let words = self.context_load(offset::INPUT_WORDS);
        let mut is_far = self.emit.at.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, low, words);
        if at.len() > 1 {
            let is_large = self.emit.is_not_zero(&at.0[1..]);
            is_far = self.emit.at.ins().bor(is_far, is_large);
        }
        self.branch(is_far, (far, &[]), (near, &[]));
        self.begin(near);
        let input = self.context_load(offset::INPUT);
        let address = self.emit.at.ins().iadd(input, low);
        let word = self.load_big_endian(address);
        self.jump(goes_on, &word);
        self.begin(far);
        let word = self.call_aside(op::CALLDATALOAD, &[at]);
        let word = word.0.map(|limb| self.emit.value(limb));
        self.jump(goes_on, &word);
        self.begin(goes_on);
        Word(limbs.map(Limb::Is))
    }

    /// Calls a builtin on words, the top one first, which takes no gas.
    pub(super) fn call_aside(&mut self, opcode: u8, operands: &[Word]) -> Word {
        for (i, word) in operands.iter().enumerate() {
            for (limb, at) in word.0.into_iter().zip([0, 8, 16, 24]) {
                let limb = self.emit.value(limb);
                self.context_store(WORDS_END - 32 * (i as i32 + 1) + at, limb);
            }
        }
        let end = self.emit.number(WORDS_END as u64);
        let end = self.emit.at.ins().iadd(self.context, end);
        let is_pure = table::is_pure(opcode.into());
        if !is_pure {
            self.context_store(offset::GAS, self.gas);
        }
        // Neither moves memory, so what is kept of it stays.
        debug_assert!(is_pure || opcode == op::CALLDATALOAD, "{opcode:#x} may move memory");
        let status = self.call_builtin(opcode.into(), end);
        if !is_pure {
            let (leaves, goes_on) = (self.cold_block(), self.next_block());
            self.branch(status, (leaves, &[]), (goes_on, &[]));
            self.begin(leaves);
            self.jump(self.common.leave, &[status, self.gas, self.sp]);
            self.begin(goes_on);
        }
        self.load_word(self.context, WORDS_END - 32 * operands.len() as i32, 4)
    }
}

/// No word.
pub(super) const NOTHING: Word = Word([ZERO; 4]);
