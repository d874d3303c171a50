//! What a region has once: the way in, and the ways out.

use super::{KEPT, Region};
use crate::limbs::Emit;
use crate::regions::Place;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{self as clif, BlockCall, InstBuilder, JumpTableData, MemFlagsData, Value};
use runtime::{Status, offset};
use spec::Halt;

/// Blocks that a region has once, and their parameters.
pub(super) struct Common {
    /// Goes to the stub of an entry: entry, gas, place of the stack.
    dispatch: clif::Block,
    pub(super) dispatched: [Value; 3],
    /// Goes to a JUMPDEST by its position: position, gas, place of the stack.
    pub(super) dynamic: clif::Block,
    /// Goes on in another region: entry, gas, place of the stack.
    pub(super) go: clif::Block,
    /// Leaves because a check failed: canonical point, gas, place of the stack.
    pub(super) fails: clif::Block,
    /// Leaves: status, gas, place of the stack.
    pub(super) leave: clif::Block,
    /// Leaves with a status, as the context stands.
    pub(super) left: clif::Block,
}

impl Common {
    pub(super) fn new(emit: &mut Emit<'_>) -> Common {
        let function = &mut emit.at.func;
        let mut block = |params: &[clif::Type]| {
            let block = function.dfg.make_block();
            let params: Vec<Value> = params.iter().map(|ty| function.dfg.append_block_param(block, *ty)).collect();
            (block, params)
        };
        let (dispatch, params) = block(&[I32, I64, I64]);
        let common = Common {
            dispatch,
            dispatched: [params[0], params[1], params[2]],
            dynamic: block(&[I64, I64, I64]).0,
            go: block(&[I32, I64, I64]).0,
            fails: block(&[I32, I64, I64]).0,
            leave: block(&[I32, I64, I64]).0,
            left: block(&[I32]).0,
        };
        let ways_out = [common.dynamic, common.go, common.fails, common.leave, common.left];
        ways_out.into_iter().for_each(|block| emit.at.func.layout.set_cold(block));
        common
    }
}

impl Region<'_> {
    /// The way in: what the context says, then the stub of the entry.
    pub(super) fn entry(&mut self, entry: clif::Block) {
        self.begin(entry);
        let at = self.emit.at.ins().load(I32, MemFlagsData::trusted(), self.context, offset::ENTRY);
        let (gas, sp) = (self.context_load(offset::GAS), self.context_load(offset::SP));
        self.keep(&KEPT);
        self.jump(self.common.dispatch, &[at, gas, sp]);
        self.begin(self.common.dispatch);
        let [at, gas, sp] = self.common.dispatched;
        let first = Place { region: self.index, ordinal: 0 }.entry();
        let first = self.emit.at.ins().iconst(I32, i64::from(first));
        // Taken without a sign, what is no entry of this region is 4096 or more: those of the next one begin there, and zero, what is
        // negative and those of the ones before wrap.
        let ordinal = self.emit.at.ins().isub(at, first);
        let elsewhere = self.cold_block();
        let stubs: Vec<clif::Block> = self.places.iter().map(|places| places.stub).collect();
        let pool = &mut self.emit.at.func.dfg.value_lists;
        let default = BlockCall::new(elsewhere, [], pool);
        let stubs: Vec<BlockCall> = stubs.into_iter().map(|stub| BlockCall::new(stub, [], pool)).collect();
        let table = self.emit.at.func.create_jump_table(JumpTableData::new(default, &stubs));
        self.emit.at.ins().br_table(ordinal, table);
        self.begin(elsewhere);
        let (invalid, found, missing) = (self.cold_block(), self.cold_block(), self.cold_block());
        let none = self.emit.at.ins().iconst(I32, 0);
        let is_target = self.emit.at.ins().icmp(IntCC::SignedGreaterThan, at, none);
        self.branch(is_target, (found, &[]), (invalid, &[]));
        self.begin(invalid);
        let status = self.status(Status::halt(Halt::InvalidJump));
        self.jump(self.common.leave, &[status, gas, sp]);
        self.begin(found);
        let shift = self.emit.at.ins().iconst(I32, i64::from(Place::ORDINAL_BITS));
        let [region, here] = [at, first].map(|entry| self.emit.at.ins().ushr(entry, shift));
        let is_here = self.emit.at.ins().icmp(IntCC::Equal, region, here);
        if fault::planted!(ClifRegionMistaken) {
            let mask = self.emit.at.ins().iconst(I32, i64::from(Place::ORDINALS));
            let same = self.emit.at.ins().band(at, mask);
            let same = self.emit.at.ins().bor(first, same);
            self.branch(is_here, (missing, &[]), (self.common.dispatch, &[same, gas, sp]));
        } else {
            self.branch(is_here, (missing, &[]), (self.common.go, &[at, gas, sp]));
        }
        self.begin(missing);
        let status = self.status(Status::MISSING);
        self.emit.at.ins().return_(&[status]);
    }

    pub(super) fn status(&mut self, status: Status) -> Value {
        self.emit.at.ins().iconst(I32, i64::from(status.0))
    }

    /// Leaves with a status from here.
    pub(super) fn leave(&mut self, status: Status) {
        let status = self.status(status);
        self.jump(self.common.leave, &[status, self.gas, self.sp]);
    }

    /// Leaves with a status if a condition holds. What that takes is made off the straight path.
    pub(super) fn leave_if(&mut self, condition: Value, status: Status) {
        let (leaves, goes_on) = (self.cold_block(), self.next_block());
        self.branch(condition, (leaves, &[]), (goes_on, &[]));
        self.begin(leaves);
        self.leave(status);
        self.begin(goes_on);
    }

    /// The ways out, behind all blocks.
    pub(super) fn ways_out(&mut self) {
        let [target, gas, sp] = self.begin_common(self.common.dynamic);
        let len = self.context_load(offset::ENTRIES_LEN);
        let inside = self.emit.at.ins().icmp(IntCC::UnsignedLessThan, target, len);
        let (within, invalid) = (self.cold_block(), self.cold_block());
        self.branch(inside, (within, &[]), (invalid, &[]));
        self.begin(within);
        let entries = self.context_load(offset::ENTRIES);
        let two = self.emit.number(2);
        let at = self.emit.at.ins().ishl(target, two);
        let at = self.emit.at.ins().iadd(entries, at);
        let entry = self.emit.at.ins().load(I32, MemFlagsData::trusted(), at, 0);
        self.jump(self.common.dispatch, &[entry, gas, sp]);
        self.begin(invalid);
        let status = self.status(Status::halt(Halt::InvalidJump));
        self.jump(self.common.leave, &[status, gas, sp]);

        let [entry, gas, sp] = self.begin_common(self.common.go);
        self.context_store(offset::ENTRY, entry);
        let status = self.status(Status::GOTO);
        self.jump(self.common.leave, &[status, gas, sp]);

        let [pc, gas, sp] = self.begin_common(self.common.fails);
        self.context_store(offset::PC, pc);
        let status = self.status(Status::FAILS);
        self.jump(self.common.leave, &[status, gas, sp]);

        let [status, gas, sp] = self.begin_common(self.common.leave);
        self.context_store(offset::GAS, gas);
        self.context_store(offset::SP, sp);
        self.emit.at.ins().return_(&[status]);

        self.begin(self.common.left);
        let status = self.emit.at.func.dfg.block_params(self.common.left)[0];
        self.emit.at.ins().return_(&[status]);
    }

    fn begin_common(&mut self, block: clif::Block) -> [Value; 3] {
        self.begin(block);
        let params = self.emit.at.func.dfg.block_params(block);
        [params[0], params[1], params[2]]
    }
}
