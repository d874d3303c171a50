//! What the walk asks of the instruction table, for every byte and revision, so that it looks once.
//!
//! A campaign meets another revision in every case. What revisions have in common is therefore stored once, so that it
//! stays in the processor's caches.

use crate::Ends;
use spec::table::{PRICES, ROWS};
use spec::{Revision, Row, op};

/// A byte in a revision. One that is not defined takes nothing and ends the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Static gas.
    pub(crate) price: u16,
    pub(crate) pops: u8,
    pub(crate) pushes: u8,
    pub(crate) defined: bool,
    /// Whether control never falls through to what follows.
    pub(crate) terminator: bool,
    /// How control leaves the section that it ends, if it ends one.
    pub(crate) end: Option<Ends>,
}

const UNDEFINED: Fact = Fact { price: 0, pops: 0, pushes: 0, defined: false, terminator: true, end: Some(Ends::Stops) };

/// Every fact that some byte has in some revision, and where each has its own.
pub(crate) struct Facts {
    facts: [Fact; 256],
    places: [[u8; 256]; Revision::COUNT],
}

/// The facts of a revision.
#[derive(Clone, Copy)]
pub(crate) struct FactsOf {
    facts: &'static [Fact; 256],
    places: &'static [u8; 256],
}

impl FactsOf {
    #[inline(always)]
    pub(crate) fn get(self, opcode: u8) -> Fact {
        self.facts[usize::from(self.places[usize::from(opcode)])]
    }
}

/// The facts of a revision.
pub(crate) fn facts(revision: Revision) -> FactsOf {
    FactsOf { facts: &FACTS.facts, places: &FACTS.places[revision.index()] }
}

/// Bytes of immediate data, by byte. No instruction that has some was ever undefined.
pub(crate) static IMMEDIATES: [u8; 256] = {
    let mut immediates = [0; 256];
    let mut i = 0;
    while i < ROWS.len() {
        immediates[ROWS[i].opcode as usize] = ROWS[i].immediate;
        assert!(ROWS[i].immediate == 0 || ROWS[i].is_defined(Revision::Frontier));
        i += 1;
    }
    immediates
};

static FACTS: Facts = {
    let mut all = Facts { facts: [UNDEFINED; 256], places: [[0; 256]; Revision::COUNT] };
    // The first is that of bytes without an instruction. More than 256 do not compile.
    let mut len = 1;
    let mut row = 0;
    while row < ROWS.len() {
        let byte = ROWS[row].opcode as usize;
        let mut i = 0;
        while i < Revision::COUNT {
            if ROWS[row].is_defined(Revision::ALL[i]) {
                let is_new = i == 0 || all.places[i - 1][byte] == 0 || PRICES[i - 1][byte] != PRICES[i][byte];
                if is_new {
                    all.facts[len] = of(&ROWS[row], PRICES[i][byte]);
                    len += 1;
                }
                all.places[i][byte] = (len - 1) as u8;
            }
            i += 1;
        }
        row += 1;
    }
    all
};

const fn of(row: &Row, price: u16) -> Fact {
    Fact {
        price,
        pops: row.pops,
        pushes: row.pushes,
        defined: true,
        terminator: row.is_terminator(),
        end: if row.ends_section { Some(end(row)) } else { None },
    }
}

/// How control leaves a section that `row` ends.
const fn end(row: &Row) -> Ends {
    match row.opcode {
        op::JUMP => Ends::Jump,
        op::JUMPI => Ends::JumpI,
        _ if row.is_terminator() => Ends::Stops,
        _ => Ends::Falls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::table::TABLE;

    #[test]
    fn every_byte_has_the_facts_of_its_row() {
        for revision in Revision::ALL.iter().copied() {
            for byte in 0..=255 {
                let row = TABLE[usize::from(byte)].as_ref();
                let expected = row.filter(|row| row.is_defined(revision)).map(|row| of(row, row.price(revision)));
                assert_eq!(facts(revision).get(byte), expected.unwrap_or(UNDEFINED), "{byte:#x} in {revision:?}");
                assert_eq!(IMMEDIATES[usize::from(byte)], row.map_or(0, |row| row.immediate), "{byte:#x}");
            }
        }
    }
}
