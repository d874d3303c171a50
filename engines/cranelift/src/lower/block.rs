//! A block: its stub for outside entries, its checks, its instructions.
//!
//! ```text
//! stub: loads the parameters ─┐                    ┌─ checked edges
//!                inside edges ─► checkpoint, stack ─► gas ─► instructions
//!                                        └─ failure ───┴─► dirty parameters to their slots, leave
//! ```

use super::Region;
use crate::limbs::{Bits, Limb, Shift, Word, ZERO};
use crate::regions::{handed, limbs_of};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, Value};
use ir::{Block, BlockData, End, Inst, Op, Param, Width};
use runtime::{Status, offset, table};
use spec::{limits, op};

/// What there is of a block.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) block: Block,
    /// Where outside entries go.
    pub(super) stub: clif::Block,
    /// Where inside edges go, with gas, place of the stack and parameters.
    pub(super) checks: clif::Block,
    /// Where edges go that need no check of the stack; the same if no edge asks for it.
    pub(super) checked: clif::Block,
}

/// Whether a block does nothing but end the frame without success.
pub(super) fn is_failure(data: &BlockData) -> bool {
    let reverts = |inst: &Inst| matches!(inst.op, Op::Builtin { opcode: op::REVERT, .. });
    match data.end {
        End::Invalid | End::Undefined | End::OutOfGas | End::Fails => true,
        End::Never => data.insts.last().is_some_and(reverts),
        End::Go(_) | End::If(..) | End::Stop => false,
    }
}

impl Region<'_> {
    /// Makes the places of all blocks.
    pub(super) fn prepare(&mut self) {
        let blocks = self.regions.blocks(self.index);
        let mut has_checked = vec![false; blocks.len()];
        for block in blocks {
            for edge in self.func.block(*block).edges().filter(|edge| edge.checked) {
                if let Ok(ordinal) = self.local(edge.block) {
                    has_checked[ordinal] = true;
                }
            }
        }
        for (block, has_checked) in blocks.iter().zip(has_checked) {
            let stub = self.cold_block();
            let checks = self.place(*block);
            let is_hopeless = matches!(self.func.block(*block).end, End::Fails);
            let has_checked = has_checked && !self.checkpoints && !is_hopeless;
            let checked = if has_checked { self.place(*block) } else { checks };
            self.places.push(Places { block: *block, stub, checks, checked });
        }
    }

    /// A block with parameters for the gas, the stack, and each limb.
    fn place(&mut self, block: Block) -> clif::Block {
        let data = self.func.block(block);
        let place = if is_failure(data) { self.cold_block() } else { self.new_block() };
        let limbs: usize = data.params.iter().map(|param| handed(self.func, param)).sum();
        for _ in 0..2 + limbs {
            self.param(place, I64);
        }
        place
    }

    /// The stub: the words that are parameters come from their slots, if what is known of them holds.
    pub(super) fn stub(&mut self, ordinal: usize) {
        let Places { stub, checks, block, .. } = self.places[ordinal];
        let func = self.func;
        let data = func.block(block);
        self.begin(stub);
        let [_, gas, sp] = self.common.dispatched;
        let (mut args, mut above) = (vec![gas, sp], Vec::new());
        let Some(deepest) = data.params.iter().map(|param| -param.slot).max() else {
            return self.jump(checks, &args);
        };
        let leaves = self.cold_block();
        let stack = self.kept(offset::STACK);
        let height = self.emit.at.ins().isub(sp, stack);
        let least = self.emit.number(32 * u64::from(deepest.unsigned_abs()));
        let is_deep = self.emit.at.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, height, least);
        let loads = self.cold_block();
        self.branch(is_deep, (loads, &[]), (leaves, &[]));
        self.begin(loads);
        for param in &data.params {
            let width = func.width(param.value);
            let word = self.load_word(sp, 32 * param.slot, 4);
            let bounds = param.bounds.filter(|_| !fault::planted!(ClifEntryBounds));
            if let Some((known, _)) = bounds.filter(|_| param.known().is_some()) {
                above.extend(self.emit.bitwise(Bits::Xor, &word, &Word::known(known)).0);
                continue;
            }
            above.extend(self.above(&word, width));
            if let Some((least, most)) = bounds {
                above.push(self.outside(word.0[0], least.as_limbs()[0], most.as_limbs()[0]));
            }
            for limb in &word.0[..handed(func, param)] {
                args.push(self.emit.value(*limb));
            }
        }
        let fits = self.emit.is_zero(&above);
        self.branch(fits, (checks, &args), (leaves, &[]));
        self.begin(leaves);
        self.context_store_u32(offset::PC, data.head.pc);
        let status = self.status(Status::LEAVES);
        self.jump(self.common.leave, &[status, gas, sp]);
    }

    /// What must be zero if a word fits a width.
    fn above(&mut self, word: &Word, width: Width) -> Vec<Limb> {
        let limbs = limbs_of(width);
        let mut above = word.0[limbs..].to_vec();
        if !width.bits().is_multiple_of(64) {
            let by = (width.bits() % 64) as u32;
            let shifted = self.emit.shift(Shift::Right, &Word([word.0[limbs - 1], ZERO, ZERO, ZERO]), by);
            above.push(shifted.0[0]);
        }
        above
    }

    /// What must be zero if a limb is between two others.
    fn outside(&mut self, limb: Limb, least: u64, most: u64) -> Limb {
        let limb = self.emit.value(limb);
        let (least, room) = (self.emit.number(least), self.emit.number(most - least));
        let above = self.emit.at.ins().isub(limb, least);
        let outside = self.emit.at.ins().icmp(IntCC::UnsignedGreaterThan, above, room);
        Limb::Is(self.emit.at.ins().uextend(I64, outside))
    }

    /// Writes a slot of the stack at this height.
    pub(super) fn stack_store(&mut self, sp: Value, slot: i32, word: &Word) {
        for (half, at) in word.0.chunks_exact(2).zip([0, 16].map(|at| 32 * slot + at)) {
            if half == [ZERO; 2] {
                let zeroes = self.emit.zeroes();
                self.emit.at.ins().store(MemFlagsData::trusted(), zeroes, sp, at);
                continue;
            }
            for (limb, at) in half.iter().zip([at, at + 8]) {
                let limb = self.emit.value(*limb);
                self.emit.at.ins().store(MemFlagsData::trusted(), limb, sp, at);
            }
        }
    }

    /// Checks and instructions.
    pub(super) fn block(&mut self, ordinal: usize) {
        let Places { checks, checked, block, .. } = self.places[ordinal];
        let func = self.func;
        let data = func.block(block);
        self.enter(checks, data);
        if self.checkpoints {
            self.checkpoint(data);
        }
        if matches!(data.end, End::Fails) {
            return self.fail(data, self.gas, self.sp);
        }
        self.check_stack(data);
        if checked != checks {
            let params: Vec<Value> = self.emit.at.func.dfg.block_params(checks).to_vec();
            self.jump(checked, &params);
            self.fill_pending(data);
            self.enter(checked, data);
        }
        self.check_gas(data);
        for inst in &data.insts {
            self.inst(inst);
        }
        self.end(data);
        self.fill_pending(data);
    }

    /// Begins a block with its parameters.
    fn enter(&mut self, place: clif::Block, data: &BlockData) {
        self.begin(place);
        self.failure = None;
        let params: Vec<Value> = self.emit.at.func.dfg.block_params(place).to_vec();
        (self.gas, self.sp) = (params[0], params[1]);
        let mut rest = params[2..].iter();
        for param in &data.params {
            let mut word = Word([ZERO; 4]);
            for (limb, value) in word.0.iter_mut().zip(rest.by_ref().take(handed(self.func, param))) {
                *limb = Limb::Is(*value);
            }
            if let Some(known) = param.known() {
                word = Word::known(known);
            }
            self.words[param.value.0 as usize] = word;
        }
    }

    fn dirty<'d>(&self, data: &'d BlockData) -> impl Iterator<Item = &'d Param> + use<'d> {
        data.params.iter().filter(|param| param.dirty)
    }

    fn store_dirty(&mut self, data: &BlockData) {
        for param in self.dirty(data) {
            let word = self.words[param.value.0 as usize];
            self.stack_store(self.sp, param.slot, &word);
        }
    }

    /// The frame is complete and reported.
    fn checkpoint(&mut self, data: &BlockData) {
        if !fault::planted!(ClifPointStale) {
            self.store_dirty(data);
        }
        self.context_store_u32(offset::PC, data.head.pc);
        self.context_store(offset::GAS, self.gas);
        self.context_store(offset::SP, self.sp);
        let status = self.call_builtin(table::CHECKPOINT, self.sp);
        let goes_on = self.next_block();
        self.branch(status, (self.common.left, &[status]), (goes_on, &[]));
        self.begin(goes_on);
    }

    /// Where a failed check goes, before any gas is taken. What it needs is made there, off the straight path.
    fn failure(&mut self) -> clif::Block {
        if let Some(block) = self.failure {
            return block;
        }
        let block = self.cold_block();
        self.pending.push((block, super::flow::Pending::Fails(self.gas, self.sp)));
        self.failure = Some(block);
        block
    }

    /// The dirty parameters of a block go to their slots, then the frame leaves at its head.
    pub(super) fn fail(&mut self, data: &BlockData, gas: Value, sp: Value) {
        for param in self.dirty(data) {
            let word = self.words[param.value.0 as usize];
            self.stack_store(sp, param.slot, &word);
        }
        let pc = self.emit.at.ins().iconst(clif::types::I32, i64::from(data.head.pc));
        self.jump(self.common.fails, &[pc, gas, sp]);
    }

    fn check_stack(&mut self, data: &BlockData) {
        let (need, growth) = (i64::from(data.head.need), i64::from(data.head.growth));
        if need + growth == 0 {
            return;
        }
        // It holds if `32 * need <= sp - stack <= 32 * (1024 - growth)`: what is left to the upper bound is at most the distance of the two.
        // The start of the stack is the first operand, as x86_64 reads that from the native frame; a second one would be read through
        // an address in a register.
        let room = 32 * (limits::STACK as i64 - need - growth);
        let (stack, above) = (self.kept(offset::STACK), self.emit.number((32 * need + room).cast_unsigned()));
        let left = self.emit.at.ins().isub(stack, self.sp);
        let left = self.emit.at.ins().iadd(left, above);
        let room = self.emit.number(room.cast_unsigned());
        let fails = self.emit.at.ins().icmp(IntCC::UnsignedGreaterThan, left, room);
        self.check(fails);
    }

    fn check_gas(&mut self, data: &BlockData) {
        if data.head.gas == 0 {
            return;
        }
        let cost = self.emit.number(data.head.gas.into());
        let fails = self.emit.at.ins().icmp(IntCC::UnsignedLessThan, self.gas, cost);
        self.check(fails);
        self.gas = self.emit.at.ins().isub(self.gas, cost);
    }

    fn check(&mut self, fails: Value) {
        let (failure, goes_on) = (self.failure(), self.next_block());
        self.branch(fails, (failure, &[]), (goes_on, &[]));
        self.begin(goes_on);
    }
}
