//! Pass `jumps`: where jumps go.
//!
//! A target that the block itself computes is known: the jump becomes an edge if there is a JUMPDEST, and nowhere if not. The halt
//! happens where the dynamic jump would have halted: behind the head, and for JUMPI on the taken way only.
//!
//! Where both ways of a branch are edges, a branch on `ISZERO(x)` is a branch on x with the ways exchanged.
//!
//! A target that lies on the stack, as return addresses do, is *guessed*. One walk follows places of JUMPDESTs through the
//! upper slots of the stack, and each block is looked at with the first stack that reaches it. That is no proof of anything: another
//! caller, or an entry from outside, may bring another target. So the jump stays dynamic and the guess is beside it, to be
//! compared with the real target when the program runs; if they are equal, the edge leads to the block that the dynamic jump
//! would have found.

use crate::pass::Fuel;
use crate::{Block, BlockData, Edge, End, Func, Op, To, Value, suspends};
use api::U256;
use spec::op;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    known(func, fuel);
    turn(func, fuel);
    guess(func, fuel);
}

/// Branches on ISZERO, once both ways are edges.
fn turn(func: &mut Func, fuel: &mut Fuel) {
    for data in &mut func.blocks {
        let End::If(condition, To::Edge(to), edge) = &mut data.end else { continue };
        for inst in data.insts.iter().rev() {
            if let Op::Pure(op::ISZERO, [inner, ..]) = inst.op
                && inst.result == Some(*condition)
                && fuel.take()
            {
                *condition = inner;
                std::mem::swap(to, edge);
            }
        }
    }
}

/// The edge to the JUMPDEST at a place, if there is one. Arguments are for blocks that have no parameters yet.
fn edge_to(func: &Func, target: U256) -> Option<Edge> {
    let block = func.entry(u32::try_from(target).ok()?)?;
    let data = func.block(block);
    (data.head.target && data.params.is_empty()).then_some(Edge { block, args: Vec::new(), checked: false })
}

fn dynamic(end: &mut End) -> Option<&mut To> {
    match end {
        End::Go(to) | End::If(_, to, _) if matches!(to, To::Dynamic(_, None)) => Some(to),
        _ => None,
    }
}

/// Targets that their own block computes.
fn known(func: &mut Func, fuel: &mut Fuel) {
    for index in 0..func.blocks.len() {
        let data = &func.blocks[index];
        let mut end = data.end.clone();
        let Some(to) = dynamic(&mut end) else { continue };
        let To::Dynamic(target, _) = *to else { continue };
        let word = data.insts.iter().find_map(|inst| match inst.op {
            Op::Const(word) if inst.result == Some(target) => Some(word),
            _ => None,
        });
        let Some(word) = word else { continue };
        let is_there = u32::try_from(word).ok().and_then(|pc| func.entry(pc));
        *to = match edge_to(func, word) {
            Some(edge) => To::Edge(edge),
            None if is_there.is_none_or(|block| !func.block(block).head.target) => To::Invalid,
            None => continue,
        };
        if fuel.take() {
            func.blocks[index].end = end;
        }
    }
}

/// Slots from the top of the stack that are followed.
const DEPTH: usize = 32;

/// Places of JUMPDESTs on the stack at the entry of a block, the top word first.
type Tops = [Option<u32>; DEPTH];

/// Targets that an earlier block put on the stack.
fn guess(func: &mut Func, fuel: &mut Fuel) {
    let mut labels = Labels { of: vec![None; func.widths.len()], slots: Vec::new() };
    let mut seen = vec![false; func.blocks.len()];
    let mut pending: Vec<(usize, Tops)> = Vec::new();
    for root in 0..func.blocks.len() {
        // What nothing leads to is looked at last, with a stack of which nothing is known.
        pending.push((root, [None; DEPTH]));
        while let Some((index, tops)) = pending.pop() {
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            labels.walk(func, &func.blocks[index], &tops);
            if let Some((pc, edge)) = labels.target(func, &func.blocks[index]).filter(|_| fuel.take())
                && let Some(To::Dynamic(_, guess)) = dynamic(&mut func.blocks[index].end)
            {
                *guess = Some((pc, edge));
            }
            let data = &func.blocks[index];
            let tops = labels.tops(data.delta);
            pending.extend(data.edges().map(|edge| (edge.block.0 as usize, tops)));
            if resumes(data) && index + 1 < func.blocks.len() {
                pending.push((index + 1, labels.tops(data.delta)));
            }
        }
    }
}

/// Whether the block behind it runs once a call came back.
fn resumes(data: &BlockData) -> bool {
    matches!(data.insts.last().map(|inst| inst.op), Some(Op::Builtin { opcode, .. }) if suspends(opcode))
}

struct Labels {
    /// By value: the place of the JUMPDEST that it is.
    of: Vec<Option<u32>>,
    /// By slot, from the deepest one that is followed on.
    slots: Vec<Option<u32>>,
}

impl Labels {
    fn walk(&mut self, func: &Func, data: &BlockData, tops: &Tops) {
        self.slots.clear();
        self.slots.extend(tops.iter().rev());
        self.slots.resize(DEPTH + usize::from(data.head.growth), None);
        for inst in &data.insts {
            match inst.op {
                Op::Const(word) => {
                    let label = edge_to(func, word).map(|edge: Edge| func.block(edge.block).head.pc);
                    self.define(inst.result, label);
                }
                Op::Load(slot) => self.define(inst.result, self.slot(slot)),
                Op::Store(slot, value) => {
                    let label = self.of[value.0 as usize];
                    self.set(slot, label);
                }
                Op::Builtin { opcode, height, .. } => {
                    let row = spec::table::row(opcode, func.revision);
                    let (pops, pushes) = row.map_or((0, 0), |row| (i32::from(row.pops), i32::from(row.pushes)));
                    (height - pops..height - pops + pushes.max(pops)).for_each(|slot| self.set(slot, None));
                }
                _ => {}
            }
        }
    }

    fn define(&mut self, result: Option<Value>, label: Option<u32>) {
        if let Some(result) = result {
            self.of[result.0 as usize] = label;
        }
    }

    fn slot(&self, slot: i32) -> Option<u32> {
        let index = usize::try_from(slot + DEPTH as i32).ok()?;
        self.slots.get(index).copied().flatten()
    }

    fn set(&mut self, slot: i32, label: Option<u32>) {
        let index = usize::try_from(slot + DEPTH as i32).ok();
        if let Some(known) = index.and_then(|index| self.slots.get_mut(index)) {
            *known = label;
        }
    }

    /// What is on the stack where a block is left.
    fn tops(&self, delta: i32) -> Tops {
        std::array::from_fn(|depth| self.slot(delta - 1 - depth as i32))
    }

    /// The place to which the dynamic jump of a block seems to go, and the edge there.
    fn target(&self, func: &Func, data: &BlockData) -> Option<(u32, Edge)> {
        let (End::Go(To::Dynamic(target, None)) | End::If(_, To::Dynamic(target, None), _)) = &data.end else {
            return None;
        };
        let pc = self.of[target.0 as usize]?;
        Some((pc, edge_to(func, U256::from(pc))?))
    }
}

/// Which blocks are entered over an edge, and from where.
pub(crate) fn predecessors(func: &Func) -> Vec<Vec<Block>> {
    let mut from = vec![Vec::new(); func.blocks.len()];
    for (block, data) in func.iter() {
        data.edges().for_each(|edge| from[edge.block.0 as usize].push(block));
    }
    from
}
