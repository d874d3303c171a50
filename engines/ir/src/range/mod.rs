//! Pass `range`: words that are narrow.
//!
//! Each value gets an interval. A parameter's is the union of what its arguments are on all edges, each narrowed by the branch
//! that is taken there; any other value's follows from its operands (`interval`). The intervals are the least solution that
//! the walk finds, from nothing upwards: a block is looked at again whenever the interval of a parameter grew, and after
//! a few visits it grows in steps of widths, so that it ends. Each loop has an edge that leads back in the order of blocks; where
//! that goes it happens first. If it all takes too long, nothing is changed.
//!
//! **Entries from outside.** They are no part of the union, so what is found need not hold for them, and a frame that was entered
//! from outside might pass on what it brought. That is why an interval of a parameter is always one that an outside entry can look
//! for, a width, bounds of 64 bits or one word, and why it does look: [`crate::Param::bounds`]. A frame in which the word lies outside leaves there.
//! So whichever way a block is entered, parameters lie in their intervals, and by induction over the steps of a run so does every
//! value. Blocks that no edge enters from a block that was looked at are looked at with parameters of which nothing is known. A place that
//! is pushed as a word is one to which a dynamic jump will go; the words there are not narrowed, so that frames do not leave.
//!
//! **Memory.** A growth that went well was paid for. Memory of `w` words costs more than `w^2 / 512`, and gas is less than 2^64, so `w`
//! is less than 2^37 and an offset in it less than 2^42.
//!
//! **Changes.** One is a parameter that gets a width or bounds (one that is always the same word is used as that word); what depends on those holds only if outside entries look, so parameters
//! that the fuel does not reach are taken for wide, and the solution is found anew. Others are a value whose width
//! shrinks, a function that becomes the one word it can be, and a branch that goes one way only; each stands for itself.

mod interval;
mod narrow;

use crate::pass::Fuel;
use crate::{BlockData, Edge, End, Func, Inst, Op, To, Value, Width};
use api::U256;
use interval::{Interval, pure};
use spec::op;

/// Visits of a block after which intervals grow in steps: of one that an edge leads back to, and of any.
const VISITS_PRECISE: [u32; 2] = [2, 12];
/// Visits of all blocks together, for each block.
const VISITS_MEAN_MAX: usize = 24;
/// Offsets that a frame can pay for are less.
const OFFSET_MAX: u64 = 1 << 42;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    let Some(mut ranges) = Ranges::find(func, escaping(func)) else { return };
    let mut wide = ranges.wide.clone();
    for param in func.blocks.iter().flat_map(|data| &data.params) {
        let is_narrower = ranges.get(param.value) != Interval::ALL;
        if is_narrower && !fuel.take() {
            wide[param.value.0 as usize] = true;
        }
    }
    if wide != ranges.wide {
        let Some(found) = Ranges::find(func, wide) else { return };
        ranges = found;
    }
    ranges.apply(func, fuel);
}

/// What is known of values. Nothing at all is known of one that was not looked at: it may be no word yet.
struct Ranges {
    of: Vec<Option<Interval>>,
    /// What conditions are made of: by value, the operation that defines it.
    defs: Vec<Option<Op>>,
    /// Parameters that are not narrowed.
    wide: Vec<bool>,
    /// By block: how often it was looked at, and whether it will be again.
    visits: Vec<u32>,
    is_pending: Vec<bool>,
    pending: Vec<usize>,
}

impl Ranges {
    /// The solution; nothing if it is not found in the budget.
    fn find(func: &Func, wide: Vec<bool>) -> Option<Ranges> {
        let count = func.blocks.len();
        let mut defs = vec![None; func.widths.len()];
        for inst in func.blocks.iter().flat_map(|data| &data.insts) {
            inst.result.inspect(|result| defs[result.0 as usize] = Some(inst.op));
        }
        let (of, visits, is_pending) = (vec![None; func.widths.len()], vec![0; count], vec![false; count]);
        let mut ranges = Ranges { of, defs, wide, visits, is_pending, pending: Vec::new() };
        let mut budget = VISITS_MEAN_MAX * count + 64;
        // Blocks without parameters begin; those that no edge reached by then follow.
        for unreached in [false, true] {
            for index in 0..count {
                let data = &func.blocks[index];
                if ranges.visits[index] == 0 && (unreached || data.params.is_empty()) {
                    ranges.open(data);
                    ranges.push(index);
                }
                while let Some(index) = ranges.pending.pop() {
                    budget = budget.checked_sub(1)?;
                    ranges.is_pending[index] = false;
                    ranges.visits[index] += 1;
                    ranges.visit(func, index);
                }
            }
        }
        Some(ranges)
    }

    fn push(&mut self, index: usize) {
        if !std::mem::replace(&mut self.is_pending[index], true) {
            self.pending.push(index);
        }
    }

    /// Parameters of a block that no edge reached.
    fn open(&mut self, data: &BlockData) {
        for param in &data.params {
            self.of[param.value.0 as usize] = Some(Interval::ALL);
        }
    }

    fn get(&self, value: Value) -> Interval {
        self.of[value.0 as usize].unwrap_or(Interval::ALL)
    }

    fn visit(&mut self, func: &Func, index: usize) {
        let data = &func.blocks[index];
        // What growth says of offsets holds behind it only, so it is kept apart from what defines them.
        let mut later: Vec<(Value, Interval)> = Vec::new();
        for inst in &data.insts {
            if let Op::Grow(offset, _) = inst.op {
                let now = self.get(offset);
                later.push((offset, now));
                self.of[offset.0 as usize] = now.meet(Interval::up_to(U256::from(OFFSET_MAX))).or(Some(now));
            }
            if let Some(result) = inst.result {
                let interval = self.result(inst.op);
                self.of[result.0 as usize] = Some(interval);
            }
        }
        let behind = narrow::ends(self, data);
        later.into_iter().rev().for_each(|(offset, before)| self.of[offset.0 as usize] = Some(before));
        for (edge, args) in data.edges().zip(behind) {
            let Some(args) = args else { continue };
            let leads_back = edge.block.0 as usize <= index;
            self.enter(func, edge, &args, leads_back);
        }
    }

    /// The interval of what an operation defines.
    fn result(&self, op: Op) -> Interval {
        match op {
            Op::Const(word) => Interval::one(word),
            Op::Pure(opcode, operands) => {
                let arity = crate::arity(opcode).unwrap_or(0);
                let known = |i: usize| if i < arity { self.get(operands[i]) } else { Interval::ALL };
                pure(opcode, [known(0), known(1), known(2)])
            }
            Op::Env(op::ADDRESS | op::CALLER | op::ORIGIN) => Interval::of(Width::W160),
            Op::Env(op::CALLDATASIZE | op::RETURNDATASIZE) if fault::planted!(IrRangeSize) => Interval::of(Width::W8),
            Op::Env(op::CALLDATASIZE | op::RETURNDATASIZE) | Op::Msize | Op::Gas => Interval::of(Width::W64),
            _ => Interval::ALL,
        }
    }

    /// Joins arguments into the parameters behind an edge; a block whose parameters grew is looked at again.
    fn enter(&mut self, func: &Func, edge: &Edge, args: &[Interval], leads_back: bool) {
        let index = edge.block.0 as usize;
        let widens = self.visits[index] >= VISITS_PRECISE[usize::from(!leads_back)];
        let mut grew = self.visits[index] == 0;
        for (param, arg) in func.block(edge.block).params.iter().zip(args) {
            let place = param.value.0 as usize;
            let known = self.of[place];
            let mut now = known.map_or(*arg, |known| known.join(*arg));
            if known != Some(now) && widens {
                now = now.widened();
            }
            now = if self.wide[place] { Interval::ALL } else { now.checkable() };
            grew |= known != Some(now);
            self.of[place] = Some(now);
        }
        if grew {
            self.push(index);
        }
    }

    /// Writes widths and bounds into the form.
    fn apply(&self, func: &mut Func, fuel: &mut Fuel) {
        let mut blocks = std::mem::take(&mut func.blocks);
        for data in &mut blocks {
            for param in &mut data.params {
                let interval = self.get(param.value);
                let width = interval.width();
                func.widths[param.value.0 as usize] = width;
                let is_looked_for = interval != Interval::of(width) && !fault::planted!(IrRangeEntry);
                param.bounds = is_looked_for.then_some((interval.least, interval.most));
            }
            for inst in &mut data.insts {
                let Some(result) = inst.result else { continue };
                let interval = self.get(result);
                if let (Op::Pure(..), Some(word)) = (inst.op, interval.word())
                    && fuel.take()
                {
                    inst.op = Op::Const(word);
                }
                self.shrink(func, result, interval, fuel);
            }
            self.decide(data, fuel);
            self.know(func, data, fuel);
        }
        func.blocks = blocks;
    }

    /// Parameters that are always the same word are used as that word.
    fn know(&self, func: &mut Func, data: &mut BlockData, fuel: &mut Fuel) {
        let mut words = Vec::new();
        for param in &data.params {
            if let Some(word) = self.get(param.value).word()
                && fuel.take()
            {
                words.push((param.value, func.value(Width::of(word.bit_len())), word));
            }
        }
        if words.is_empty() {
            return;
        }
        let now = |value: Value| words.iter().find(|(param, ..)| *param == value).map_or(value, |(_, known, _)| *known);
        data.insts.iter_mut().for_each(|inst| inst.op.map_operands(now));
        data.end.map_operands(now);
        let consts = words.iter().map(|(_, known, word)| Inst { op: Op::Const(*word), result: Some(*known) });
        data.insts.splice(..0, consts.collect::<Vec<_>>());
    }

    /// A branch that goes one way only.
    fn decide(&self, data: &mut BlockData, fuel: &mut Fuel) {
        let End::If(condition, to, edge) = &data.end else { return };
        let interval = self.get(*condition);
        let only = match (interval.least.is_zero(), interval.most.is_zero()) {
            (false, _) => to.clone(),
            (true, true) => To::Edge(edge.clone()),
            (true, false) => return,
        };
        if fuel.take() {
            data.end = End::Go(only);
        }
    }

    fn shrink(&self, func: &mut Func, value: Value, interval: Interval, fuel: &mut Fuel) {
        if interval.width() < func.width(value) && fuel.take() {
            func.widths[value.0 as usize] = interval.width();
        }
    }
}

/// By value: whether it is a parameter of a block whose place is on the stack somewhere, for somebody to jump to.
fn escaping(func: &Func) -> Vec<bool> {
    let mut is_left = vec![false; func.widths.len()];
    for data in &func.blocks {
        for inst in &data.insts {
            if let Op::Store(_, value) = inst.op {
                is_left[value.0 as usize] = true;
            }
        }
        data.end_operands().into_iter().for_each(|value| is_left[value.0 as usize] = true);
    }
    let mut escaping = vec![false; func.widths.len()];
    for inst in func.blocks.iter().flat_map(|data| &data.insts) {
        let (Op::Const(word), Some(result)) = (inst.op, inst.result) else { continue };
        let block = u32::try_from(word).ok().and_then(|pc| func.entry(pc));
        let Some(data) = block.map(|block| func.block(block)).filter(|data| data.head.target) else { continue };
        if is_left[result.0 as usize] {
            data.params.iter().for_each(|param| escaping[param.value.0 as usize] = true);
        }
    }
    escaping
}
