//! Which parameters may be dirty, and which are.

use super::Taken;
use super::facts::{Facts, Touch};
use crate::pass::Fuel;
use crate::{Block, BlockData, Func};

/// Where the store that a dirty parameter owes ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owed {
    /// Nowhere: the slot is overwritten or popped, or nobody looks at the stack any more.
    Nothing,
    /// With the blocks that follow, if all may take it.
    Behind,
    /// Here, whatever follows.
    Here,
}

/// What becomes of a dirty parameter in a block.
pub(super) fn owed(data: &BlockData, facts: &Facts, slot: i32) -> Owed {
    match facts.touches.get(&slot) {
        Some(Touch::Stored) => Owed::Nothing,
        Some(Touch::Read) => Owed::Here,
        None if data.completes() => Owed::Here,
        None if slot >= data.delta || data.edges().next().is_none() => Owed::Nothing,
        None => Owed::Behind,
    }
}

/// Whether every block that follows takes a slot as a parameter that may be dirty.
pub(super) fn is_taken(data: &BlockData, taken: &[Taken], slot: i32) -> bool {
    let takes = |block: Block| taken[block.0 as usize].may(slot - data.delta);
    data.edges().next().is_some() && data.edges().all(|edge| takes(edge.block))
}

/// The greatest set of parameters that may be dirty.
pub(super) fn may(func: &Func, facts: &[Facts], depths: &[i32], taken: &mut [Taken]) {
    let from = crate::jumps::predecessors(func);
    let mut pending: Vec<usize> = (0..taken.len()).rev().collect();
    while let Some(index) = pending.pop() {
        let data = func.block(Block(index as u32));
        let stores = from[index].iter().all(|before| depths[index] <= depths[before.0 as usize]);
        let fits = |slot: i32| match owed(data, &facts[index], slot) {
            Owed::Nothing => true,
            Owed::Behind => stores || is_taken(data, taken, slot),
            Owed::Here => stores,
        };
        let may: Vec<bool> =
            taken[index].slots.iter().zip(&taken[index].may).map(|(slot, may)| *may && fits(*slot)).collect();
        if may != taken[index].may {
            taken[index].may = may;
            pending.extend(from[index].iter().map(|before| before.0 as usize));
        }
    }
}

/// Leaves out stores, and follows what that makes dirty.
pub(super) fn are(func: &Func, facts: &[Facts], taken: &mut [Taken], fuel: &mut Fuel) {
    let mut pending = Vec::new();
    for (block, data) in func.iter() {
        for slot in &facts[block.0 as usize].finals {
            if is_taken(data, taken, *slot) && fuel.take() {
                taken[block.0 as usize].elided.push(*slot);
                pending.extend(data.edges().map(|edge| (edge.block, slot - data.delta)));
            }
        }
    }
    while let Some((block, slot)) = pending.pop() {
        let own = &mut taken[block.0 as usize];
        let Some(index) = own.index(slot) else { continue };
        if std::mem::replace(&mut own.dirty[index], true) {
            continue;
        }
        let data = func.block(block);
        if owed(data, &facts[block.0 as usize], slot) == Owed::Behind && is_taken(data, taken, slot) {
            pending.extend(data.edges().map(|edge| (edge.block, slot - data.delta)));
        }
    }
}
