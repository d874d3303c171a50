//! The stack as a section sees it: a window of words, each limb of which is wherever it was made.
//!
//! At the head of a section every word is in its place in memory. From then on instructions that only rename (PUSH, DUP, SWAP,
//! POP) move descriptions about and no data; what is computed stays in registers until they run out. Position `p` counts from
//! the height at the head, so words that were there before are at negative positions.
//!
//! **There is always a free slot.** A word in memory lies in one slot, limb by limb (known limbs need not be there). The
//! slots from `-need` to `growth` are as many as the window can have entries, so as long as one entry is in registers, one
//! slot is in use by none.

use crate::isa::{Isa, Limb, Reg, Word};
use api::U256;
use std::ops::Range;

/// A word that is nowhere but in the code.
pub(crate) fn constant(word: U256) -> Word {
    word.into_limbs().map(Limb::Imm)
}

/// A 64-bit number as a word.
pub(crate) fn small(limb: Limb) -> Word {
    [limb, Limb::Imm(0), Limb::Imm(0), Limb::Imm(0)]
}

/// The value of a word all of whose limbs are known.
pub(crate) fn known(word: &Word) -> Option<U256> {
    let mut limbs = [0; 4];
    for (known, limb) in limbs.iter_mut().zip(word) {
        let Limb::Imm(value) = limb else { return None };
        *known = *value;
    }
    Some(U256::from_limbs(limbs))
}

/// The slot in which a word lies.
pub(crate) fn slot_of(word: &Word) -> Option<i32> {
    word.iter().find_map(|limb| match limb {
        Limb::Stack(cell) => Some(cell.div_euclid(4)),
        _ => None,
    })
}

/// A word that lies in a slot, but for the limbs that are known.
pub(crate) fn in_slot(word: &Word, slot: i32) -> Word {
    std::array::from_fn(|i| match word[i] {
        Limb::Imm(value) => Limb::Imm(value),
        _ => Limb::Stack(4 * slot + i as i32),
    })
}

/// The stack as a section sees it.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The words, deepest first.
    pub(crate) entries: Vec<Word>,
    /// Words below the head.
    pub(crate) need: i32,
    /// How many entries lie in each slot, deepest first.
    slots: Vec<u16>,
    /// How many limbs of entries and of unfinished results are in each register.
    regs: [u16; 32],
    /// No entry below this index has a limb in a register.
    spilled: usize,
    /// Which of [`Isa::POOL`] are handed out.
    pub(crate) registers: Range<usize>,
}

impl Window {
    /// The window at the head of a section.
    pub(crate) fn open(&mut self, need: u16, growth: u16) {
        self.need = i32::from(need);
        self.entries.clear();
        self.entries.extend((-self.need..0).map(|slot| std::array::from_fn(|i| Limb::Stack(4 * slot + i as i32))));
        self.slots.clear();
        self.slots.resize(usize::from(need), 1);
        self.slots.resize(usize::from(need) + usize::from(growth), 0);
        self.regs = [0; 32];
        self.spilled = self.entries.len();
    }

    /// Height above the head.
    pub(crate) fn height(&self) -> i32 {
        self.entries.len() as i32 - self.need
    }

    /// The position of an entry.
    pub(crate) fn position(&self, index: usize) -> i32 {
        index as i32 - self.need
    }

    /// The word below `depth` others.
    pub(crate) fn top(&self, depth: usize) -> Word {
        self.entries[self.entries.len() - 1 - depth]
    }

    /// Pushes a word whose registers are already counted.
    pub(crate) fn push(&mut self, word: Word) {
        self.count_slot(&word, true);
        self.spilled = self.spilled.min(self.entries.len());
        self.entries.push(word);
    }

    /// Pushes a word without limbs on the stack or in registers.
    #[inline]
    pub(crate) fn push_outside(&mut self, word: Word) {
        debug_assert!(word.iter().all(|limb| matches!(limb, Limb::Imm(_) | Limb::Context(_))));
        self.entries.push(word);
    }

    /// Removes the top word.
    pub(crate) fn pop(&mut self) {
        if let Some(word) = self.entries.pop() {
            word.iter().for_each(|limb| self.release(*limb));
            self.count_slot(&word, false);
        }
    }

    /// Says that a word is in its own slot now. It lay in no other.
    pub(crate) fn came_home(&mut self, index: usize) {
        let word = self.entries[index];
        let there = in_slot(&word, self.position(index));
        word.iter().for_each(|limb| self.release(*limb));
        self.slots[index] += u16::from(slot_of(&word).is_none() && slot_of(&there).is_some());
        self.entries[index] = there;
    }

    /// Describes every word as one that lies in its own slot, where it was written whole.
    pub(crate) fn forget(&mut self) {
        for index in 0..self.entries.len() {
            let home = 4 * self.position(index);
            self.replace(index, std::array::from_fn(|i| Limb::Stack(home + i as i32)));
        }
    }

    /// Pushes a copy of the word below `depth` others.
    pub(crate) fn dup(&mut self, depth: usize) {
        let word = self.top(depth);
        word.iter().for_each(|limb| self.retain(*limb));
        self.push(word);
    }

    /// Exchanges the top word with the one below `depth` others.
    pub(crate) fn swap(&mut self, depth: usize) {
        let top = self.entries.len() - 1;
        self.entries.swap(top, top - depth);
        self.spilled = self.spilled.min(top - depth);
    }

    /// Counts one more use of a limb's register.
    pub(crate) fn retain(&mut self, limb: Limb) {
        if let Limb::Reg(reg) = limb {
            self.regs[usize::from(reg.0)] += 1;
        }
    }

    /// Counts one use less.
    pub(crate) fn release(&mut self, limb: Limb) {
        if let Limb::Reg(reg) = limb {
            self.regs[usize::from(reg.0)] -= 1;
        }
    }

    fn count_slot(&mut self, word: &Word, more: bool) {
        if let Some(slot) = slot_of(word) {
            let count = &mut self.slots[(slot + self.need) as usize];
            *count = if more { *count + 1 } else { *count - 1 };
        }
    }

    /// Whether another entry lies in the slot of this one.
    pub(crate) fn is_crowded(&self, index: usize) -> bool {
        let is_there = slot_of(&self.entries[index]) == Some(self.position(index));
        self.slots[index] > u16::from(is_there)
    }

    /// Whether an entry lies in the slot of another.
    pub(crate) fn is_mixed(&self) -> bool {
        let slot_and_home = |(index, word)| (slot_of(word), self.position(index));
        self.entries.iter().enumerate().map(slot_and_home).any(|(slot, home)| slot.is_some_and(|slot| slot != home))
    }

    /// Whether this register is used once.
    pub(crate) fn is_last_use(&self, reg: Reg) -> bool {
        self.regs[usize::from(reg.0)] <= 1 + u16::from(fault::planted!(TemplateLastUse))
    }

    /// A register for a result. Words of the window go to memory if none is left.
    pub(crate) fn alloc<I: Isa>(&mut self, isa: &mut I) -> Reg {
        loop {
            if let Some(reg) = I::POOL[self.registers.clone()].iter().find(|reg| self.regs[usize::from(reg.0)] == 0) {
                self.regs[usize::from(reg.0)] = 1;
                return *reg;
            }
            let holds = |word: &Word| word.iter().any(|limb| matches!(limb, Limb::Reg(_)));
            let above = self.entries[self.spilled..].iter().position(holds).expect("results never use all registers");
            self.spilled += above;
            self.spill(isa, self.spilled);
        }
    }

    /// Sends a word, and every entry that is the same word, to a free slot. It is the deepest one in registers.
    fn spill(&mut self, isa: &mut impl Isa, home: usize) {
        let word = self.entries[home];
        let slot = match self.slots[home] {
            0 => home,
            _ if fault::planted!(TemplateSpillSlot) => home,
            _ => self.slots.iter().position(|count| *count == 0).expect("an entry in registers leaves a slot free"),
        } as i32
            - self.need;
        let there = in_slot(&word, slot);
        for (from, to) in word.iter().zip(&there) {
            if let Limb::Stack(cell) = to {
                isa.store(*cell, *from);
            }
        }
        for index in home..self.entries.len() {
            if self.entries[index] == word {
                self.replace(index, there);
            }
        }
    }

    /// Puts another description in the place of an entry's.
    pub(crate) fn replace(&mut self, index: usize, word: Word) {
        if word.iter().any(|limb| matches!(limb, Limb::Reg(_))) {
            self.spilled = self.spilled.min(index);
        }
        let old = std::mem::replace(&mut self.entries[index], word);
        word.iter().for_each(|limb| self.retain(*limb));
        self.count_slot(&word, true);
        old.iter().for_each(|limb| self.release(*limb));
        self.count_slot(&old, false);
    }
}
