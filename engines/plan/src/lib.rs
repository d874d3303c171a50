//! What a compiler must know of bytecode: which instructions there are, and in which sections they run.
//!
//! A **section** is a maximal run of instructions between two canonical points. Gas and stack are checked once, at its
//! head, for all of it:
//!
//! ```text
//! gas_left < gas  or  stack_len < need  or  stack_len + growth > 1024   →  leave at the head
//! ```
//!
//! When the check passes, gas is taken and no instruction of the section can underflow, overflow or lack its static
//! gas. When it fails, nothing has been changed, and precise execution from the head finds which instruction halts and
//! why: compiled code never names the kind. Three properties make this exact, and `tests/model` compares them with
//! precise execution:
//!
//! * What asks the host, reads gas, or fails with anything but out of gas stands last in its section. So it sees exact
//!   gas, and whatever was asked before it was asked by sections that passed.
//! * What stands before it can fail in one way only once the head passed: gas that depends on operands runs out. Every
//!   later instruction of the section could then fail in that way only and nobody outside has seen anything, so **out of
//!   gas in mid-section is exact** although later static gas is taken already.
//! * The check is per section, not per basic block, so an entry from outside at any canonical point finds its own.
//!
//! Bounds come from the instructions as they stand, PUSH, DUP, SWAP and POP included, whatever a compiler leaves out.

#![forbid(unsafe_code)]

mod fact;
mod walk;

use api::{Code, Counts};
use spec::{Revision, op};
use std::ops::Range;

/// What a compiler must know of bytecode in one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The rules in force.
    pub revision: Revision,
    /// Bytes of code, padding not counted.
    pub code_len: u32,
    /// The instructions of all sections, in order. Dead code has none.
    pub ops: Vec<Op>,
    /// The sections, in order of their heads.
    pub sections: Vec<Section>,
    /// By pc, `code_len` included: one more than the index of the section whose head is there, or 0.
    heads: Vec<u32>,
}

/// One decoded instruction. Its row is found by its byte, its immediate behind `pc` in [`Code::padded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
    /// Where it stands. The STOP behind a PUSH that the end of the code cuts off stands behind its whole immediate.
    pub pc: u32,
    /// The byte; 0x00 for the STOP that every code ends with.
    pub opcode: u8,
    /// Whether the revision defines it.
    pub defined: bool,
}

/// A maximal run of instructions between two canonical points.
///
/// `need`, `growth` and `delta` saturate. A section beyond 1024 words never passes its head, so the exact excess has no
/// meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The canonical point at its head.
    pub pc: u32,
    /// Its instructions in [`Plan::ops`], never empty.
    pub ops: Range<u32>,
    /// Static gas of its instructions. An undefined one has none.
    pub gas: u64,
    /// Words that must be on the stack at the head so that no instruction underflows.
    pub need: u16,
    /// Peak height above the height at the head; 0 if it only shrinks.
    pub growth: u16,
    /// Net change of height when it runs to its end.
    pub delta: i16,
    /// How control leaves it.
    pub end: Ends,
}

/// How control leaves a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ends {
    /// Into the section that follows in [`Plan::sections`].
    Falls,
    /// By JUMP.
    Jump,
    /// By JUMPI, or into the section that follows if it is not taken.
    JumpI,
    /// The frame ends: a terminator, an undefined byte, or the STOP behind the code.
    Stops,
}

impl Default for Plan {
    /// A plan of nothing, not even of the STOP behind it.
    fn default() -> Plan {
        Plan { revision: Revision::Frontier, code_len: 0, ops: Vec::new(), sections: Vec::new(), heads: Vec::new() }
    }
}

impl Plan {
    /// Plans `code`. Time and memory are linear in its length.
    pub fn new(code: &Code, revision: Revision) -> Plan {
        let mut plan = Plan::default();
        plan.renew(code, revision);
        plan
    }

    /// The same in the place of an older plan, whose room is used again.
    pub fn renew(&mut self, code: &Code, revision: Revision) {
        walk::plan(self, code, revision);
    }

    /// The index of the section whose head is at `pc`.
    pub fn section_at(&self, pc: u32) -> Option<u32> {
        self.heads.get(pc as usize)?.checked_sub(1)
    }

    /// Adds the instructions of the sections at these canonical points, by opcode.
    pub fn count(&self, points: &[u32], counts: &mut Counts) {
        for index in points.iter().filter_map(|pc| self.section_at(*pc)) {
            let ops = &self.sections[index as usize].ops;
            for op in &self.ops[ops.start as usize..ops.end as usize] {
                counts[usize::from(op.opcode)] += 1;
            }
        }
    }

    /// Whether a jump may go to `pc`: a JUMPDEST that is not immediate data.
    pub fn is_target(&self, pc: u64) -> bool {
        let section = u32::try_from(pc)
            .ok()
            .filter(|pc| !fault::planted!(PlanTargetsShort) || *pc < 1 << 15)
            .and_then(|pc| self.section_at(pc));
        section.is_some_and(|index| self.begins_with_target(&self.sections[index as usize]))
    }

    /// Every place to which a jump may go, in order; the ordinal of a target is its position.
    pub fn targets(&self) -> impl Iterator<Item = u32> {
        self.sections.iter().filter(|section| self.begins_with_target(section)).map(|section| section.pc)
    }

    /// A JUMPDEST is always the head of a section, even behind dead code.
    fn begins_with_target(&self, section: &Section) -> bool {
        self.ops[section.ops.start as usize].opcode == op::JUMPDEST
    }
}
