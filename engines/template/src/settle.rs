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
    /// Which entry it is.
    index: usize,
    /// The entry in whose slot it lies, if in the slot of another one.
    from: Option<usize>,
    /// Whether limbs that are known must be written too.
    whole: bool,
    pending: bool,
}

/// Space for the moves, kept from one time to the next.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    /// Deepest first. Most entries stay.
    moves: Vec<Move>,
    /// By index of entry: one more than the index of its move, or 0.
    of: Vec<u16>,
    /// How many pending moves need what lies in a slot, by index of the entry whose slot it is.
    readers: Vec<u16>,
    /// Moves that may happen.
    ready: Vec<usize>,
    /// Moves that wait for each other.
    cycle: Vec<usize>,
}

impl Settling {
    /// Sends every word home, limb by limb: the frame is complete in memory.
    pub(crate) fn all(&mut self, isa: &mut impl Isa, window: &mut Window) {
        // Mostly no word lies in the slot of another: then each goes home by itself.
        if !window.is_mixed() {
            for index in 0..window.entries.len() {
                let (word, home) = (window.entries[index], window.position(index));
                if !is_home(&word, home) {
                    isa.store_limbs(4 * home, &word);
                    window.came_home(index);
                }
            }
            return;
        }
        self.begin(window);
        for index in 0..window.entries.len() {
            if !is_home(&window.entries[index], window.position(index)) {
                self.add(window, index, true);
            }
        }
        self.run(isa, window);
    }

    /// Sends the operands of a builtin home, and out of registers whatever is in them.
    pub(crate) fn operands(&mut self, isa: &mut impl Isa, window: &mut Window, pops: usize) {
        self.begin(window);
        let first = window.entries.len() - pops;
        for index in 0..window.entries.len() {
            let in_register = |word: &Word| word.iter().any(|limb| matches!(limb, Limb::Reg(_)));
            if index >= first || in_register(&window.entries[index]) {
                self.add(window, index, index >= first);
            }
        }
        if self.moves.iter().any(|step| window.is_crowded(step.index)) {
            self.displace(window);
        }
        self.run(isa, window);
    }

    fn begin(&mut self, window: &Window) {
        self.moves.clear();
        self.of.clear();
        self.of.resize(window.entries.len(), 0);
        self.readers.clear();
        self.readers.resize(window.entries.len(), 0);
    }

    fn add(&mut self, window: &Window, index: usize, whole: bool) {
        let from = slot_of(&window.entries[index]).map(|slot| (slot + window.need) as usize);
        let from = from.filter(|from| *from != index && *from < window.entries.len());
        self.moves.push(Move { index, from, whole, pending: true });
        self.of[index] = self.moves.len() as u16;
    }

    /// A word that lies in the way of one that goes home goes home too.
    fn displace(&mut self, window: &Window) {
        let in_the_way = |of: &[u16], index: usize| {
            let slot = slot_of(&window.entries[index]);
            let owner = slot.map(|slot| (slot + window.need) as usize);
            let owner = owner.filter(|owner| *owner != index && *owner < of.len());
            of[index] == 0 && owner.is_some_and(|owner| of[owner] > 0)
        };
        while let Some(index) = (0..self.of.len()).find(|index| in_the_way(&self.of, *index)) {
            self.add(window, index, false);
        }
        self.moves.sort_unstable_by_key(|step| step.index);
        for (i, step) in self.moves.iter().enumerate() {
            self.of[step.index] = i as u16 + 1;
        }
    }

    fn run(&mut self, isa: &mut impl Isa, window: &mut Window) {
        for from in self.moves.iter().filter_map(|step| step.from) {
            self.readers[from] += 1;
        }
        self.ready.clear();
        self.ready.extend(
            (0..self.moves.len())
                .filter(|i| fault::planted!(TemplateSettleOrder) || self.readers[self.moves[*i].index] == 0),
        );
        while let Some(i) = self.ready.pop() {
            self.send(isa, window, i);
        }
        for i in 0..self.moves.len() {
            if self.moves[i].pending {
                self.turn(isa, window, i);
            }
        }
        for step in &self.moves {
            let word = in_slot(&window.entries[step.index], window.position(step.index));
            window.replace(step.index, word);
        }
    }

    /// The move of the entry in whose slot the word of a move lies.
    fn source(&self, i: usize) -> Option<usize> {
        usize::from(self.of[self.moves[i].from?]).checked_sub(1)
    }

    fn send(&mut self, isa: &mut impl Isa, window: &Window, i: usize) {
        let step = &mut self.moves[i];
        step.pending = false;
        let home = 4 * window.position(step.index);
        let word = &window.entries[step.index];
        match step.whole {
            true => isa.store_limbs(home, word),
            false => (home..).zip(word).for_each(|(cell, limb)| write(isa, step, cell, *limb)),
        }
        let Some(from) = step.from else { return };
        self.readers[from] -= 1;
        if let Some(source) = self.source(i)
            && self.readers[from] == 0
            && self.moves[source].pending
        {
            self.ready.push(source);
        }
    }

    /// Turns the cycle that begins with a move.
    fn turn<I: Isa>(&mut self, isa: &mut I, window: &Window, first: usize) {
        self.cycle.clear();
        self.cycle.push(first);
        let mut last = first;
        while let Some(next) = self.source(last).filter(|next| *next != first) {
            self.cycle.push(next);
            last = next;
        }
        for i in 0..4 {
            let first_cell = 4 * window.position(self.moves[first].index) + i as i32;
            isa.mov(I::SPARE, Limb::Stack(first_cell));
            for step in self.cycle.iter().map(|step| &self.moves[*step]) {
                let limb = match window.entries[step.index][i] {
                    Limb::Stack(cell) if cell == first_cell && !fault::planted!(TemplateSettleCycle) => {
                        Limb::Reg(I::SPARE)
                    }
                    limb => limb,
                };
                write(isa, step, 4 * window.position(step.index) + i as i32, limb);
            }
        }
        for step in &self.cycle {
            self.moves[*step].pending = false;
        }
    }
}

/// Whether all of a word, known or not, lies in this slot.
fn is_home(word: &Word, slot: i32) -> bool {
    word.iter().zip(4 * slot..).all(|(limb, cell)| *limb == Limb::Stack(cell))
}

/// Writes a limb of a word that goes home, unless it is there or is known and not asked for.
fn write(isa: &mut impl Isa, step: &Move, cell: i32, limb: Limb) {
    let is_there = limb == Limb::Stack(cell);
    let is_wanted = step.whole || !matches!(limb, Limb::Imm(_));
    if is_wanted && !is_there {
        isa.store(cell, limb);
    }
}
