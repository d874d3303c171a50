//! Pass `carry`: words that cross edges in values instead of stack memory.
//!
//! **Which.** A slot is *live* at a block if the block, or one behind it along edges, loads what the slot held at the block's entry. The
//! topmost live slots, at most [`PARAMS_MAX`], become parameters of each block that has an inside entry, where every block before
//! it can hand the word over: the word is in one of its values, or its head checked that the slot is there so that it can be
//! loaded. A way out of a loop also takes what its sibling takes, so that the loop need not store for it.
//!
//! **Dirty.** A store at the end of a block is left out if every block that follows takes its slot as a parameter; that parameter is
//! then dirty. Who takes a dirty parameter owes the store: it overwrites the slot, hands it on, or stores it. So that no store moves
//! into a loop, only a block that lies no deeper in loops than all blocks before it may be the one to store. Which parameters may
//! be dirty is the greatest solution of that rule; which are is the least set that stores left out give rise to.
//!
//! **Why nobody can tell.** At every head the words of the stack are in memory or in dirty parameters, and those are stored before
//! anybody looks: at a checkpoint, where a check fails. Before a builtin its operands are stored if they are stale, before one that
//! suspends and before a dynamic jump every slot is. An entry from outside finds all words in memory, so loading
//! the parameters there gives what an inside entry would have been handed. What an outside entry finds where the stack is less
//! deep than the parameters is not looked at: the frame leaves. The verifier checks staleness slot by slot, by itself.

mod dirty;
mod facts;
mod rewrite;

use crate::pass::Fuel;
use crate::{Func, depths};
use facts::{Facts, live};

/// Words that are handed to a block, at most.
const PARAMS_MAX: usize = 8;

/// What is decided of a block: the slots of its parameters in order, and what becomes of each.
#[derive(Clone, Debug, Default)]
struct Taken {
    slots: Vec<i32>,
    /// Whether the parameter may be dirty.
    may: Vec<bool>,
    /// Whether it is.
    dirty: Vec<bool>,
    /// Slots whose last store is left out.
    elided: Vec<i32>,
}

impl Taken {
    fn index(&self, slot: i32) -> Option<usize> {
        self.slots.binary_search(&slot).ok()
    }

    fn may(&self, slot: i32) -> bool {
        self.index(slot).is_some_and(|index| self.may[index])
    }
}

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    // Words are carried once; whoever wants other parameters begins with the front end again.
    if func.blocks.iter().any(|data| !data.params.is_empty()) {
        return;
    }
    let facts: Vec<Facts> = func.blocks.iter().map(|data| Facts::of(data, func.revision)).collect();
    let Some(mut taken) = take(func, &facts, fuel) else { return };
    let depths = depths(func);
    dirty::may(func, &facts, &depths, &mut taken);
    dirty::are(func, &facts, &mut taken, fuel);
    rewrite::rewrite(func, &taken);
}

/// Chooses the parameters. Nothing if liveness does not settle in its budget.
fn take(func: &Func, facts: &[Facts], fuel: &mut Fuel) -> Option<Vec<Taken>> {
    let live = live(func, facts)?;
    let from = crate::jumps::predecessors(func);
    let depths = depths(func);
    let mut masks = vec![0; func.blocks.len()];
    // The first block is where frames begin, with no word on the stack.
    for (index, mask) in masks.iter_mut().enumerate().skip(1).filter(|(index, _)| !from[*index].is_empty()) {
        *mask = topmost(live[index]);
        for before in &from[index] {
            let sibling = |edge: &crate::Edge| edge.block.0 as usize;
            let leaves_loop = depths[index] < depths[before.0 as usize];
            let siblings = func.block(*before).edges().map(sibling).filter(|sibling| leaves_loop && *sibling != index);
            *mask = topmost(*mask | siblings.map(|sibling| topmost(live[sibling])).fold(0, |all, one| all | one));
        }
    }
    let mut kept: Vec<Taken> = masks.into_iter().map(taken).collect();
    supply(func, &mut kept);
    for taken in &mut kept {
        taken.slots.retain(|_| fuel.take());
    }
    supply(func, &mut kept);
    Some(kept)
}

/// The bits of the topmost slots.
fn topmost(mask: u64) -> u64 {
    let mut rest = mask;
    (0..PARAMS_MAX).for_each(|_| rest &= rest.wrapping_sub(1));
    mask ^ rest
}

fn taken(mask: u64) -> Taken {
    let bits = (0..u64::BITS).rev().filter(|bit| mask >> bit & 1 == 1);
    let slots = bits.map(|bit| -1 - bit as i32).collect();
    Taken { slots, ..Taken::default() }
}

/// Drops parameters that a block before cannot hand over, until all can be.
fn supply(func: &Func, kept: &mut [Taken]) {
    let mut pending: Vec<usize> = (0..kept.len()).collect();
    while let Some(before) = pending.pop() {
        let data = &func.blocks[before];
        for behind in data.edges().map(|edge| edge.block.0 as usize) {
            let own = &kept[before];
            let can = |slot: i32| slot >= -i32::from(data.head.need) || own.index(slot).is_some();
            let slots: Vec<i32> = kept[behind].slots.iter().copied().filter(|slot| can(slot + data.delta)).collect();
            if slots.len() < kept[behind].slots.len() {
                kept[behind].slots = slots;
                pending.push(behind);
            }
        }
    }
    for taken in kept {
        taken.may = vec![true; taken.slots.len()];
        taken.dirty = vec![false; taken.slots.len()];
    }
}
