//! What the walk asks of the instruction table, for every byte and revision, so that it looks once.

use crate::Ends;
use spec::table::{PRICES, TABLE};
use spec::{Revision, Row, op};

/// A byte in a revision. One that is not defined takes nothing and ends the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Static gas.
    pub(crate) price: u16,
    pub(crate) pops: u8,
    pub(crate) pushes: u8,
    /// Bytes of immediate data.
    pub(crate) immediate: u8,
    pub(crate) defined: bool,
    /// Whether control never falls through to what follows.
    pub(crate) terminator: bool,
    /// How control leaves the section that it ends, if it ends one.
    pub(crate) end: Option<Ends>,
}

const UNDEFINED: Fact =
    Fact { price: 0, pops: 0, pushes: 0, immediate: 0, defined: false, terminator: true, end: Some(Ends::Stops) };

/// By revision and byte.
pub(crate) static FACTS: [[Fact; 256]; Revision::COUNT] = {
    let mut facts = [[UNDEFINED; 256]; Revision::COUNT];
    let mut i = 0;
    while i < Revision::COUNT {
        let mut byte = 0;
        while byte < 256 {
            if let Some(row) = &TABLE[byte]
                && row.is_defined(Revision::ALL[i])
            {
                facts[i][byte] = of(row, PRICES[i][byte]);
            }
            byte += 1;
        }
        i += 1;
    }
    facts
};

const fn of(row: &Row, price: u16) -> Fact {
    Fact {
        price,
        pops: row.pops,
        pushes: row.pushes,
        immediate: row.immediate,
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
