//! How a block is left.

use super::Region;
use super::block::is_failure;
use crate::regions::handed;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I32;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value};
use ir::{BlockData, Edge, End, To};
use runtime::Status;
use spec::Halt;

/// What a block that an end or a check needs for itself will do.
pub(super) enum Pending {
    /// Go somewhere.
    To(To),
    /// Leave because a check failed, with this gas and place of the stack.
    Fails(Value, Value),
}

impl Region<'_> {
    /// The end of a block.
    pub(super) fn end(&mut self, data: &BlockData) {
        match &data.end {
            End::Go(to) => {
                self.advance(data.delta);
                self.go(to);
            }
            End::If(condition, to, edge) => {
                self.advance(data.delta);
                let condition = self.word(*condition);
                let (then, then_args) = self.destination(to);
                let (other, other_args) = self.destination(&To::Edge(edge.clone()));
                let truth = self.emit.truth(&condition);
                if self.heat(to.edge()) <= self.heat([edge]) {
                    return self.branch(truth, (then, &then_args), (other, &other_args));
                }
                let is_false = self.emit.is_none(truth);
                self.branch(is_false, (other, &other_args), (then, &then_args));
            }
            End::Stop => self.leave(Status::STOP),
            End::Invalid => self.leave(Status::halt(Halt::Invalid)),
            End::Undefined => self.leave(Status::halt(Halt::Undefined)),
            End::OutOfGas => self.leave(Status::halt(Halt::OutOfGas)),
            // The builtin has ended the block.
            End::Never | End::Fails => {}
        }
    }

    /// How often a way is gone, as far as loops and failures show. Cranelift puts what a branch names last right behind it, and hands out
    /// registers in that order: there is the place of the loop, and not of the way out of it.
    fn heat<'e>(&self, edges: impl IntoIterator<Item = &'e Edge>) -> i32 {
        let heat = |edge: &Edge| match is_failure(self.func.block(edge.block)) {
            true => i32::MIN,
            false => self.regions.depth(edge.block),
        };
        edges.into_iter().map(heat).max().unwrap_or(i32::MIN)
    }

    /// Moves the place of the stack to the height of the next block.
    fn advance(&mut self, words: i32) {
        if words != 0 {
            let bytes = self.emit.number(i64::from(32 * words).cast_unsigned());
            self.sp = self.emit.at.ins().iadd(self.sp, bytes);
        }
    }

    /// A block that goes somewhere, and what it takes.
    fn destination(&mut self, to: &To) -> (clif::Block, Vec<Value>) {
        if let To::Edge(edge) = to
            && let Ok(ordinal) = self.local(edge.block)
        {
            return self.inside(ordinal, edge);
        }
        let block = self.new_block();
        self.pending.push((block, Pending::To(to.clone())));
        (block, Vec::new())
    }

    /// The inside entry of a block here.
    fn inside(&mut self, ordinal: usize, edge: &Edge) -> (clif::Block, Vec<Value>) {
        let places = self.places[ordinal];
        let func = self.func;
        let mut args = vec![self.gas, self.sp];
        for (param, arg) in func.block(edge.block).params.iter().zip(&edge.args) {
            let word = self.word(*arg);
            for limb in &word.0[..handed(func, param)] {
                args.push(self.emit.value(*limb));
            }
        }
        (if edge.checked { places.checked } else { places.checks }, args)
    }

    /// Goes somewhere from here.
    fn go(&mut self, to: &To) {
        match to {
            To::Edge(edge) => self.go_edge(edge),
            To::Invalid => self.leave(Status::halt(Halt::InvalidJump)),
            To::Dynamic(target, guess) => {
                let target = self.word(*target);
                if target.len() > 1 && !fault::planted!(ClifJumpUpper) {
                    let above = self.emit.is_not_zero(&target.0[1..]);
                    self.leave_if(above, Status::halt(Halt::InvalidJump));
                }
                let low = self.emit.value(target.0[0]);
                if let Some((position, edge)) = guess {
                    let position = self.emit.number((*position).into());
                    let guessed = self.emit.at.ins().icmp(IntCC::Equal, low, position);
                    let (as_guessed, args) = self.destination(&To::Edge(edge.clone()));
                    let other = self.cold_block();
                    self.branch(guessed, (as_guessed, &args), (other, &[]));
                    self.begin(other);
                }
                self.jump(self.common.dynamic, &[low, self.gas, self.sp]);
            }
        }
    }

    /// Into a block. In another region that is an outside entry, so what is stale on the stack is stored.
    fn go_edge(&mut self, edge: &Edge) {
        let place = match self.local(edge.block) {
            Ok(ordinal) => {
                let (block, args) = self.inside(ordinal, edge);
                return self.jump(block, &args);
            }
            Err(place) => place,
        };
        let func = self.func;
        for (param, arg) in func
            .block(edge.block)
            .params
            .iter()
            .zip(&edge.args)
            .filter(|(param, _)| param.dirty && !fault::planted!(ClifRegionStale))
        {
            let word = self.word(*arg);
            self.stack_store(self.sp, param.slot, &word);
        }
        let entry = self.emit.at.ins().iconst(I32, i64::from(place.entry()));
        self.jump(self.common.go, &[entry, self.gas, self.sp]);
    }

    /// Fills the blocks that the end and the checks of a block asked for.
    pub(super) fn fill_pending(&mut self, data: &BlockData) {
        while let Some((block, pending)) = self.pending.pop() {
            self.begin(block);
            match pending {
                Pending::To(to) => self.go(&to),
                Pending::Fails(gas, sp) => self.fail(data, gas, sp),
            }
        }
    }
}
