//! MLOAD, MSTORE, MSTORE8, MSIZE, CALLDATALOAD.

use crate::isa::{Isa, Limb, Offset};
use crate::walk::Walk;
use crate::window::{known, small};
use api::{Halt, U256};
use runtime::{Status, offset};

/// Offsets from here on are treated as unknown; a frame that reaches them pays for gigabytes.
const FIXED_MAX: u32 = 1 << 30;

impl<I: Isa> Walk<'_, I> {
    /// The offset on top, and whether `len` bytes from there on are known to be there.
    fn offset(&mut self, len: u32) -> Option<(Offset, bool)> {
        let word = self.window.top(0);
        match known(&word) {
            Some(at) if at < U256::from(FIXED_MAX) => {
                let at = at.to::<u32>();
                let checked = at + if fault::planted!(TemplateMemoryEdge) { 1 } else { len } <= self.memory_end;
                self.memory_end = self.memory_end.max(at + len);
                Some((Offset::Fixed(at), checked))
            }
            Some(at) if at > U256::from(u64::MAX - 32) => None,
            _ => Some((Offset::Word(word), false)),
        }
    }

    /// Nothing buys memory beyond 64 bits. What follows in the section is never reached.
    fn out_of_gas(&mut self, pops: usize, pushes: usize) {
        self.isa.exit(Status::halt(Halt::OutOfGas));
        (0..pops).for_each(|_| self.window.pop());
        (0..pushes).for_each(|_| self.window.push(small(Limb::Imm(0))));
    }

    pub(crate) fn mload(&mut self) {
        let to = std::array::from_fn(|_| self.alloc());
        match self.offset(32) {
            Some((from, checked)) => {
                self.isa.load_word(to, from, checked);
                self.finish(1, to.map(Limb::Reg));
            }
            None => {
                to.into_iter().for_each(|reg| self.window.release(Limb::Reg(reg)));
                self.out_of_gas(1, 1);
            }
        }
    }

    pub(crate) fn mstore(&mut self) {
        match self.offset(32) {
            Some((to, checked)) => {
                let word = self.window.top(1);
                self.isa.store_word(to, &word, checked);
                self.window.pop();
                self.window.pop();
            }
            None => self.out_of_gas(2, 0),
        }
    }

    pub(crate) fn mstore8(&mut self) {
        match self.offset(1) {
            Some((to, checked)) => {
                let low = self.window.top(1)[0];
                self.isa.store_byte(to, low, checked);
                self.window.pop();
                self.window.pop();
            }
            None => self.out_of_gas(2, 0),
        }
    }

    pub(crate) fn memory_size(&mut self) {
        let to = self.alloc();
        self.isa.mov(to, Limb::Context(offset::MEMORY_LEN));
        self.window.push(small(Limb::Reg(to)));
    }

    pub(crate) fn calldataload(&mut self) {
        let to = std::array::from_fn(|_| self.alloc());
        let word = self.window.top(0);
        let from = match known(&word) {
            Some(at) if at < U256::from(FIXED_MAX) => Offset::Fixed(at.to::<u32>()),
            _ => Offset::Word(word),
        };
        self.isa.load_input(to, from);
        self.finish(1, to.map(Limb::Reg));
    }
}
