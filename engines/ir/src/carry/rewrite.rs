//! The form with the parameters that were decided: loads that they replace, stores that are left out or owed, arguments.

use super::Taken;
use crate::{BlockData, Func, Inst, Op, Param, Value, Width, suspends};
use std::collections::{BTreeMap, BTreeSet};

/// Gives each block its parameters and each edge its arguments.
pub(super) fn rewrite(func: &mut Func, taken: &[Taken]) {
    let mut blocks = std::mem::take(&mut func.blocks);
    for (data, own) in blocks.iter_mut().zip(taken) {
        let mut rewrite =
            Rewrite { func, taken, own, words: BTreeMap::new(), stale: BTreeSet::new(), renamed: BTreeMap::new() };
        rewrite.block(data);
    }
    func.blocks = blocks;
}

struct Rewrite<'a> {
    func: &'a mut Func,
    taken: &'a [Taken],
    own: &'a Taken,
    /// By slot: the value that is its word.
    words: BTreeMap<i32, Value>,
    /// Slots whose memory does not hold their word.
    stale: BTreeSet<i32>,
    /// Results of loads, and what is used instead.
    renamed: BTreeMap<Value, Value>,
}

impl Rewrite<'_> {
    fn block(&mut self, data: &mut BlockData) {
        for (slot, dirty) in self.own.slots.iter().zip(&self.own.dirty) {
            let value = self.func.value(Width::W256);
            data.params.push(Param { slot: *slot, value, dirty: *dirty, bounds: None });
            self.words.insert(*slot, value);
            if *dirty {
                self.stale.insert(*slot);
            }
        }
        let insts = std::mem::take(&mut data.insts);
        let last_store: BTreeMap<i32, usize> = insts
            .iter()
            .enumerate()
            .filter_map(|(index, inst)| match inst.op {
                Op::Store(slot, _) => Some((slot, index)),
                _ => None,
            })
            .collect();
        for (index, mut inst) in insts.into_iter().enumerate() {
            inst.op.map_operands(|value| self.renamed.get(&value).copied().unwrap_or(value));
            let is_last = |slot: i32| last_store.get(&slot) == Some(&index);
            match inst.op {
                Op::Load(slot) if self.load(slot, &inst) => continue,
                Op::Store(slot, value) => {
                    self.words.insert(slot, value);
                    if is_last(slot) && self.own.elided.contains(&slot) {
                        self.stale.insert(slot);
                        continue;
                    }
                    self.stale.remove(&slot);
                }
                Op::Builtin { opcode, height, .. } => self.builtin(data, opcode, height),
                _ => {}
            }
            data.insts.push(inst);
        }
        data.end.map_operands(|value| self.renamed.get(&value).copied().unwrap_or(value));
        self.end(data);
    }

    /// Whether a load is replaced by a word that is in a value already.
    fn load(&mut self, slot: i32, inst: &Inst) -> bool {
        let Some(result) = inst.result else { return false };
        match self.words.get(&slot) {
            Some(word) => {
                self.renamed.insert(result, *word);
                true
            }
            None => {
                self.words.insert(slot, result);
                false
            }
        }
    }

    fn builtin(&mut self, data: &mut BlockData, opcode: u8, height: i32) {
        let row = spec::table::row(opcode, self.func.revision);
        let base = height - row.map_or(0, |row| i32::from(row.pops));
        let from = if suspends(opcode) { i32::MIN } else { base };
        self.store(data, |slot| (from..height).contains(&slot));
        for slot in base..height.max(base + 1) {
            self.words.remove(&slot);
            self.stale.remove(&slot);
        }
    }

    /// Stores the stale slots that are asked for.
    fn store(&mut self, data: &mut BlockData, is_asked: impl Fn(i32) -> bool) {
        let slots: Vec<i32> = self.stale.iter().copied().filter(|slot| is_asked(*slot)).collect();
        for slot in slots {
            if let Some(word) = self.words.get(&slot) {
                data.insts.push(Inst { op: Op::Store(slot, *word), result: None });
                self.stale.remove(&slot);
            }
        }
    }

    /// Pays what is owed, and hands over the arguments.
    fn end(&mut self, data: &mut BlockData) {
        let delta = data.delta;
        let blocks: Vec<usize> = data.edges().map(|edge| edge.block.0 as usize).collect();
        let completes = data.completes();
        let is_handed = |slot: i32| {
            let takes = |block: &usize| {
                let taken = &self.taken[*block];
                taken.index(slot - delta).is_some_and(|index| taken.dirty[index])
            };
            !completes && blocks.iter().all(takes)
        };
        let owed: Vec<i32> = self.stale.iter().copied().filter(|slot| *slot < delta && !is_handed(*slot)).collect();
        if !blocks.is_empty() || completes {
            self.store(data, |slot| owed.contains(&slot));
        }
        let mut args: Vec<Vec<Value>> = Vec::new();
        for block in &blocks {
            let slots: Vec<i32> = self.taken[*block].slots.iter().map(|slot| slot + delta).collect();
            args.push(slots.into_iter().map(|slot| self.word(data, slot)).collect());
        }
        data.edges_mut().zip(args).for_each(|(edge, args)| edge.args = args);
    }

    /// The word of a slot at the end of the block, loaded if no value holds it.
    fn word(&mut self, data: &mut BlockData, slot: i32) -> Value {
        if let Some(word) = self.words.get(&slot) {
            return *word;
        }
        let value = self.func.value(Width::W256);
        data.insts.push(Inst { op: Op::Load(slot), result: Some(value) });
        self.words.insert(slot, value);
        value
    }
}
