//! What `carry` asks of a block: which slots it reads, overwrites and stores last; what is live.

use crate::{Block, BlockData, Func, Op, suspends};
use spec::Revision;
use std::collections::BTreeMap;

/// How a slot of the entry is first touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    /// Overwritten by a store.
    Stored,
    /// Read in memory by a builtin.
    Read,
}

/// What a block does with slots.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Slots of the entry that are loaded: bit `i` is slot `-1 - i`.
    pub(super) reads: u64,
    /// Slots of the entry that hold something else at the end.
    pub(super) kills: u64,
    /// Slots whose last store nobody in the block looks at.
    pub(super) finals: Vec<i32>,
    /// How memory of a slot is first touched, loads apart.
    pub(super) touches: BTreeMap<i32, Touch>,
}

/// The bit of a slot of the entry, if it is one of those that are followed.
pub(super) fn bit(slot: i32) -> u64 {
    u32::try_from(-1 - i64::from(slot)).ok().and_then(|bit| 1u64.checked_shl(bit)).unwrap_or(0)
}

impl Facts {
    pub(super) fn of(data: &BlockData, revision: Revision) -> Facts {
        let mut facts = Facts::default();
        let mut finals = BTreeMap::new();
        for inst in &data.insts {
            match inst.op {
                Op::Load(slot) => {
                    finals.remove(&slot);
                    if !facts.touches.contains_key(&slot) {
                        facts.reads |= bit(slot);
                    }
                }
                Op::Store(slot, _) => {
                    finals.insert(slot, ());
                    facts.touches.entry(slot).or_insert(Touch::Stored);
                    facts.kills |= bit(slot);
                }
                Op::Builtin { opcode, height, .. } => {
                    let pops = spec::table::row(opcode, revision).map_or(0, |row| i32::from(row.pops));
                    for slot in height - pops..height {
                        finals.remove(&slot);
                        facts.touches.entry(slot).or_insert(Touch::Read);
                        facts.kills |= bit(slot);
                    }
                    if suspends(opcode) {
                        finals.clear();
                    }
                }
                _ => {}
            }
        }
        if !data.completes() {
            facts.finals = finals.into_keys().filter(|slot| *slot < data.delta).collect();
        }
        facts
    }
}

/// Slots that are live at the entry of each block; nothing if that does not settle in its budget.
pub(super) fn live(func: &Func, facts: &[Facts]) -> Option<Vec<u64>> {
    let from = crate::jumps::predecessors(func);
    let mut live: Vec<u64> = facts.iter().map(|facts| facts.reads).collect();
    let mut is_pending = vec![true; live.len()];
    let mut pending: Vec<usize> = (0..live.len()).collect();
    let mut budget = 64 * live.len() + 64;
    while let Some(index) = pending.pop() {
        budget = budget.checked_sub(1)?;
        is_pending[index] = false;
        let data = func.block(Block(index as u32));
        let behind = data.edges().fold(0, |all, edge| all | live[edge.block.0 as usize]);
        let now = facts[index].reads | (moved(behind, data.delta) & !facts[index].kills);
        if now != live[index] {
            live[index] = now;
            for before in from[index].iter().map(|before| before.0 as usize) {
                if !std::mem::replace(&mut is_pending[before], true) {
                    pending.push(before);
                }
            }
        }
    }
    Some(live)
}

/// Slots of the entry of a block behind, as slots of the entry of this one, which changes the height by `delta`.
fn moved(mask: u64, delta: i32) -> u64 {
    let by = delta.unsigned_abs();
    if delta >= 0 { mask.checked_shr(by).unwrap_or(0) } else { mask.checked_shl(by).unwrap_or(0) }
}
