//! The end of a program: what it computed goes where an outcome shows it.
//!
//! A wrong word that nobody looks at is no divergence. So words that are left go to memory, which is returned,
//! hashed, logged or stored, before one of the ways to end.

use crate::Feature;
use crate::draw::Draw;
use crate::program::Program;
use api::Revision;
use spec::op;

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// RETURN of the memory.
    Return,
    /// REVERT with it; before Byzantium RETURN.
    Revert,
    /// STOP.
    Stop,
    /// The end of the code.
    Fall,
    /// INVALID.
    Invalid,
    /// SELFDESTRUCT.
    Destroy,
}

impl Draw<'_> {
    /// An ending, mostly one that shows something.
    pub(crate) fn ending(&mut self) -> Ending {
        match self.byte() {
            0..=179 => Ending::Return,
            180..=209 => Ending::Revert,
            210..=229 => Ending::Stop,
            230..=247 => Ending::Fall,
            248..=251 => Ending::Destroy,
            _ if self.has(Feature::Faults) => Ending::Invalid,
            _ => Ending::Return,
        }
    }

    /// How a child ends: the parent must see it.
    pub(crate) fn child_ending(&mut self) -> Ending {
        if self.has(Feature::Reverts) && self.chance(110) {
            return self.pick(&[Ending::Revert, Ending::Revert, Ending::Revert, Ending::Invalid]);
        }
        self.ending()
    }

    /// Shows what is left and ends. `shown` bytes of memory hold results already.
    pub(crate) fn finish(&mut self, p: &mut Program, shown: u32, ending: Ending) {
        let words = p.free().min(1 + self.below(5));
        for i in 0..words {
            match self.byte() {
                byte @ 0..=50 if self.has(Feature::Effects) => {
                    p.push_number(u32::from(byte & 7));
                    p.op(op::SSTORE);
                }
                _ => p.store_at(shown + 32 * i),
            }
        }
        let len = shown + 32 * words;
        self.effects(p, len);
        self.end(p, len, ending);
    }

    /// Logs or stores a digest of the first bytes of memory.
    fn effects(&mut self, p: &mut Program, len: u32) {
        if self.has(Feature::Logs) && self.chance(100) {
            let topics = self.below(5) as u8;
            (0..topics).for_each(|_| self.push_ambient(p));
            p.push_number(len);
            p.push_number(0);
            p.op(op::LOG0 + topics);
        }
        if self.has(Feature::Effects) && self.chance(80) {
            p.push_number(len);
            p.push_number(0);
            p.op(op::KECCAK256);
            p.push_number(0x10);
            p.op(op::SSTORE);
        }
        if self.has(Feature::GasReads) && self.chance(80) {
            p.op(op::GAS);
            p.store_at(0);
        }
    }

    fn end(&mut self, p: &mut Program, len: u32, ending: Ending) {
        let is_bare = ending == Ending::Fall && !p.has_data();
        match ending {
            Ending::Return | Ending::Revert => {
                p.push_number(len);
                p.push_number(0);
                let reverts = ending == Ending::Revert && self.since(Revision::Byzantium);
                p.op(if reverts { op::REVERT } else { op::RETURN });
            }
            Ending::Stop | Ending::Fall if !is_bare => p.op(op::STOP),
            Ending::Stop | Ending::Fall => {}
            Ending::Invalid => p.op(op::INVALID),
            Ending::Destroy => {
                self.push_account(p);
                p.op(op::SELFDESTRUCT);
            }
        }
        if !p.has_data() && self.has(Feature::CodeEnd) {
            self.truncate(p);
        }
    }

    /// Ends the code in the middle of an immediate, which runs where nothing before it ends the program.
    fn truncate(&mut self, p: &mut Program) {
        let len = self.between(2, 32);
        let kept = self.below(len);
        p.raw(&[op::PUSH1 + len as u8 - 1]);
        p.raw(self.slice(kept));
    }
}
