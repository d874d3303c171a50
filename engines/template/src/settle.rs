//! Sending words home: where the frame must be complete, or where a builtin takes its operands, each word goes to its
//! own slot.
//!
//! The moves happen all at once as far as the program can tell, so one that overwrites a slot waits until nobody needs
//! what lies there. What then still waits goes round in cycles, and each of those is turned a limb at a time through
//! [`Isa::SPARE`]. Moves leave the flags alone, so words are settled between a comparison and its branch.

use crate::isa::{Isa, Limb, Word};
use crate::window::{Window, in_slot, slot_of};

/// A word on its way home.
#[derive(Clone, Copy, Debug)]
struct Move {
    word: Word,
    /// The slot in which it lies, if that is another one.
    from: Option<i32>,
    /// Whether limbs that are known must be written too.
    whole: bool,
    pending: bool,
}

/// Space for the moves, kept from one time to the next.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    /// By index of entry; `None` for entries that stay.
    moves: Vec<Option<Move>>,
    /// How many pending moves need what lies in a slot, by index of the entry whose slot it is.
    readers: Vec<u16>,
    ready: Vec<usize>,
}

impl Settling {
    /// Sends every word home, limb by limb: the frame is complete in memory.
    pub(crate) fn all(&mut self, isa: &mut impl Isa, window: &mut Window) {
        self.begin(window);
        for index in 0..window.entries.len() {
            self.add(window, index, true);
        }
        self.run(isa, window);
    }

    /// Sends the operands of a builtin home, and out of registers whatever is in them.
    pub(crate) fn operands(&mut self, isa: &mut impl Isa, window: &mut Window, pops: usize) {
        self.begin(window);
        let first = window.entries.len() - pops;
        for index in 0..window.entries.len() {
            let in_register = window.entries[index].iter().any(|limb| matches!(limb, Limb::Reg(_)));
            if index >= first || in_register {
                self.add(window, index, index >= first);
            }
        }
        self.displace(window);
        self.run(isa, window);
    }

    fn begin(&mut self, window: &Window) {
        self.moves.clear();
        self.moves.resize(window.entries.len(), None);
        self.readers.clear();
        self.readers.resize(window.entries.len(), 0);
    }

    fn add(&mut self, window: &Window, index: usize, whole: bool) {
        let word = window.entries[index];
        let from = slot_of(&word).filter(|slot| *slot != window.position(index));
        self.moves[index] = Some(Move { word, from, whole, pending: true });
    }

    /// A word that lies in the way of one that goes home goes home too.
    fn displace(&mut self, window: &Window) {
        loop {
            let in_the_way = |index: &usize| {
                let slot = slot_of(&window.entries[*index]);
                let owner = slot.map(|slot| (slot + window.need) as usize);
                let owner = owner.filter(|owner| *owner != *index && *owner < self.moves.len());
                self.moves[*index].is_none() && owner.is_some_and(|owner| self.moves[owner].is_some())
            };
            match (0..self.moves.len()).find(in_the_way) {
                Some(index) => self.add(window, index, false),
                None => return,
            }
        }
    }

    fn run(&mut self, isa: &mut impl Isa, window: &mut Window) {
        for index in 0..self.moves.len() {
            if let Some(reader) = self.source(window, index) {
                self.readers[reader] += 1;
            }
        }
        self.ready.clear();
        self.ready
            .extend((0..self.moves.len()).filter(|index| self.moves[*index].is_some() && self.readers[*index] == 0));
        while let Some(index) = self.ready.pop() {
            self.send(isa, window, index);
        }
        for index in 0..self.moves.len() {
            if self.moves[index].is_some_and(|step| step.pending) {
                self.turn(isa, window, index);
            }
        }
        for index in 0..self.moves.len() {
            if let Some(step) = self.moves[index] {
                window.replace(index, in_slot(&step.word, window.position(index)));
            }
        }
    }

    /// The entry in whose slot the word of a move lies, if a slot of an entry.
    fn source(&self, window: &Window, index: usize) -> Option<usize> {
        let slot = self.moves[index]?.from?;
        Some((slot + window.need) as usize).filter(|entry| *entry < self.moves.len())
    }

    fn send(&mut self, isa: &mut impl Isa, window: &Window, index: usize) {
        let Some(step) = &mut self.moves[index] else { return };
        step.pending = false;
        let step = *step;
        for (i, limb) in step.word.iter().enumerate() {
            write(isa, &step, 4 * window.position(index) + i as i32, *limb);
        }
        if let Some(source) = self.source(window, index) {
            self.readers[source] -= 1;
            if self.readers[source] == 0 && self.moves[source].is_some_and(|step| step.pending) {
                self.ready.push(source);
            }
        }
    }

    /// Turns the cycle that begins at an entry.
    fn turn<I: Isa>(&mut self, isa: &mut I, window: &Window, first: usize) {
        let mut cycle = vec![first];
        while let Some(next) = self.source(window, cycle[cycle.len() - 1]).filter(|next| *next != first) {
            cycle.push(next);
        }
        for i in 0..4 {
            let first_cell = 4 * window.position(first) + i as i32;
            isa.mov(I::SPARE, Limb::Stack(first_cell));
            for index in &cycle {
                let Some(step) = self.moves[*index] else { continue };
                let limb = match step.word[i] {
                    Limb::Stack(cell) if cell == first_cell => Limb::Reg(I::SPARE),
                    limb => limb,
                };
                write(isa, &step, 4 * window.position(*index) + i as i32, limb);
            }
        }
        for index in cycle {
            if let Some(step) = &mut self.moves[index] {
                step.pending = false;
            }
        }
    }
}

/// Writes a limb of a word that goes home, unless it is there or is known and not asked for.
fn write(isa: &mut impl Isa, step: &Move, cell: i32, limb: Limb) {
    let is_there = limb == Limb::Stack(cell);
    let is_wanted = step.whole || !matches!(limb, Limb::Imm(_));
    if is_wanted && !is_there {
        isa.store(cell, limb);
    }
}
