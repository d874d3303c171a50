//! Pass `dead`: words and stores that nobody uses.
//!
//! **Stores.** A store to a slot is left out if nothing reads its memory before it is overwritten, or popped, or the frame ends: nobody
//! looks at the stack of a frame that ended. A load reads its slot, a builtin its operands, and one that suspends, a dynamic
//! jump and an edge read every slot below the height, except that an edge does not read the slot of a dirty parameter.
//!
//! **Words.** What defines a value does nothing else, so it is left out unless the value is used. Used are operands of effects and of
//! ends, arguments of dirty parameters (they are stored where a head fails), and operands and arguments of what is used:
//! the least such set, over all blocks at once, so that words which only go round in a loop are left out too. Growth of memory is an
//! effect, whatever becomes of the word that was read.
//!
//! A change that the fuel does not reach counts as used, so that what it uses stays.

use crate::pass::Fuel;
use crate::{Block, BlockData, End, Func, Op, To, Value, suspends};
use spec::Revision;
use std::collections::BTreeMap;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    for index in 0..func.blocks.len() {
        stores(func, index, fuel);
    }
    let mut marks = Marks::new(func);
    marks.all(func);
    if marks.spare(func, fuel) {
        marks.all(func);
    }
    sweep(func, &marks.used);
}

/// Whether a slot's memory is read behind the end of a block.
fn is_read_behind(func: &Func, data: &BlockData, slot: i32) -> bool {
    let is_dirty = |block: Block| {
        let params = &func.block(block).params;
        params.iter().any(|param| param.slot == slot - data.delta && param.dirty)
    };
    let dynamic = matches!(&data.end, End::Go(To::Dynamic(..)) | End::If(_, To::Dynamic(..), _));
    slot < data.delta && (dynamic || data.edges().any(|edge| !is_dirty(edge.block)))
}

/// Leaves out the dead stores of a block.
fn stores(func: &mut Func, index: usize, fuel: &mut Fuel) {
    let data = &func.blocks[index];
    // By slot, from the end backwards: whether its memory is read before it is written.
    let mut read: BTreeMap<i32, bool> = BTreeMap::new();
    let mut all = false;
    let mut dead = Vec::new();
    for (place, inst) in data.insts.iter().enumerate().rev() {
        match inst.op {
            Op::Load(slot) => {
                read.insert(slot, true);
            }
            Op::Store(slot, _) => {
                let is_read = read.get(&slot).copied().unwrap_or_else(|| all || is_read_behind(func, data, slot));
                if !is_read && fuel.take() {
                    dead.push(place);
                }
                read.insert(slot, false);
            }
            Op::Builtin { opcode, height, .. } => {
                all |= suspends(opcode);
                let (pops, pushes) = effect(opcode, func.revision);
                read.extend((height - pops..height - pops + pushes).map(|slot| (slot, false)));
                read.extend((height - pops..height).map(|slot| (slot, true)));
            }
            _ => {}
        }
    }
    let mut place = 0;
    func.blocks[index].insts.retain(|_| {
        place += 1;
        dead.last() != Some(&(place - 1)) || dead.pop().is_none()
    });
}

fn effect(opcode: u8, revision: Revision) -> (i32, i32) {
    let row = spec::table::row(opcode, revision);
    row.map_or((0, 0), |row| (i32::from(row.pops), i32::from(row.pushes)))
}

/// Where a value is defined.
#[derive(Clone, Copy, Debug)]
enum Place {
    Param(Block, usize),
    Inst(Block, usize),
}

struct Marks {
    places: Vec<Option<Place>>,
    /// By block: the edges to it, as the block they leave and their number there.
    entries: Vec<Vec<(Block, usize)>>,
    used: Vec<bool>,
    pending: Vec<Value>,
}

impl Marks {
    fn new(func: &Func) -> Marks {
        let mut places = vec![None; func.widths.len()];
        let mut entries = vec![Vec::new(); func.blocks.len()];
        for (block, data) in func.iter() {
            for (index, param) in data.params.iter().enumerate() {
                places[param.value.0 as usize] = Some(Place::Param(block, index));
            }
            for (index, inst) in data.insts.iter().enumerate() {
                inst.result.inspect(|result| places[result.0 as usize] = Some(Place::Inst(block, index)));
            }
            data.edges().enumerate().for_each(|(number, edge)| entries[edge.block.0 as usize].push((block, number)));
        }
        Marks { places, entries, used: vec![false; func.widths.len()], pending: Vec::new() }
    }

    fn mark(&mut self, value: Value) {
        if !std::mem::replace(&mut self.used[value.0 as usize], true) {
            self.pending.push(value);
        }
    }

    /// Marks what effects and ends use, and all that this uses.
    fn all(&mut self, func: &Func) {
        for data in &func.blocks {
            data.params.iter().filter(|param| param.dirty).for_each(|param| self.mark(param.value));
            for inst in data.insts.iter().filter(|inst| !inst.op.defines()) {
                let (operands, count) = inst.op.operands();
                operands[..count].iter().for_each(|value| self.mark(*value));
            }
            if let End::If(condition, ..) = &data.end {
                self.mark(*condition);
            }
            if let End::Go(To::Dynamic(target, _)) | End::If(_, To::Dynamic(target, _), _) = &data.end {
                self.mark(*target);
            }
        }
        while let Some(value) = self.pending.pop() {
            self.uses(func, value);
        }
    }

    fn uses(&mut self, func: &Func, value: Value) {
        match self.places[value.0 as usize] {
            Some(Place::Inst(block, index)) => {
                let (operands, count) = func.block(block).insts[index].op.operands();
                operands[..count].iter().for_each(|value| self.mark(*value));
            }
            Some(Place::Param(block, index)) => {
                for (before, number) in self.entries[block.0 as usize].clone() {
                    let arg = func.block(before).edges().nth(number).and_then(|edge| edge.args.get(index)).copied();
                    arg.into_iter().for_each(|arg| self.mark(arg));
                }
            }
            None => {}
        }
    }

    /// Takes fuel for everything that is not used, in order, and marks what it does not reach. Whether there was any.
    fn spare(&mut self, func: &Func, fuel: &mut Fuel) -> bool {
        let params = |data: &BlockData| data.params.iter().map(|param| param.value).collect::<Vec<_>>();
        let results = |data: &BlockData| data.insts.iter().filter_map(|inst| inst.result).collect::<Vec<_>>();
        let values = func.blocks.iter().flat_map(|data| [params(data), results(data)]).flatten();
        let unused: Vec<Value> = values.filter(|value| !self.used[value.0 as usize]).collect();
        let spared: Vec<Value> = unused.into_iter().filter(|_| !fuel.take()).collect();
        spared.iter().for_each(|value| self.mark(*value));
        !spared.is_empty()
    }
}

/// Leaves out the parameters and instructions whose values are not used.
fn sweep(func: &mut Func, used: &[bool]) {
    let is_used = |value: Value| used[value.0 as usize];
    let kept: Vec<Vec<bool>> =
        func.blocks.iter().map(|data| data.params.iter().map(|param| is_used(param.value)).collect()).collect();
    for data in &mut func.blocks {
        data.params.retain(|param| is_used(param.value));
        data.insts.retain(|inst| inst.result.is_none_or(is_used));
        for edge in data.edges_mut() {
            let mut kept = kept[edge.block.0 as usize].iter();
            edge.args.retain(|_| kept.next().copied().unwrap_or(true));
        }
    }
}
