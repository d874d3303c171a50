//! Bytecode under construction: instructions, jumps that are filled in later, data behind the code.
//!
//! The height of the stack is followed by the instruction table, so that generators know how many words they may
//! take. It is a lower bound where paths of different height meet.

use api::{Address, Revision, U256};
use spec::op;
use spec::table::TABLE;

/// A place in the code where a jump target is still to be written.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

/// Bytecode under construction.
pub(crate) struct Program {
    code: Vec<u8>,
    data: Vec<u8>,
    /// Where the place of the data is still to be written, and which byte of it.
    data_marks: Vec<(usize, usize)>,
    revision: Revision,
    /// Words on the stack, at least.
    pub(crate) height: u32,
    /// Words at the bottom that must stay: loop counters, return addresses.
    pub(crate) floor: u32,
}

impl Program {
    /// No code yet.
    pub(crate) fn new(revision: Revision) -> Program {
        let (code, data) = (Vec::with_capacity(512), Vec::new());
        Program { code, data, data_marks: Vec::new(), revision, height: 0, floor: 0 }
    }

    /// Bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.code.len()
    }

    /// Words that may be taken.
    pub(crate) fn free(&self) -> u32 {
        self.height.saturating_sub(self.floor)
    }

    /// Whether there is data behind the code.
    pub(crate) fn has_data(&self) -> bool {
        !self.data.is_empty()
    }

    /// An instruction without immediate.
    pub(crate) fn op(&mut self, opcode: u8) {
        self.code.push(opcode);
        if let Some(row) = &TABLE[usize::from(opcode)] {
            self.height = (self.height + u32::from(row.pushes)).saturating_sub(u32::from(row.pops));
        }
    }

    /// Several of them.
    pub(crate) fn ops(&mut self, opcodes: &[u8]) {
        opcodes.iter().for_each(|opcode| self.op(*opcode));
    }

    /// Bytes that are not followed: dead code, truncated instructions.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.code.extend_from_slice(bytes);
    }

    /// The same byte many times.
    pub(crate) fn fill(&mut self, byte: u8, len: usize) {
        self.code.resize(self.code.len() + len, byte);
    }

    /// The shortest PUSH of a word that the revision has.
    pub(crate) fn push(&mut self, word: U256) {
        let len = word.byte_len();
        if len == 0 && self.revision.is(Revision::Shanghai) {
            return self.op(op::PUSH0);
        }
        self.push_wide(word, len.max(1));
    }

    /// A PUSH with an immediate of this many bytes, 1 to 32; what does not fit is cut off.
    pub(crate) fn push_wide(&mut self, word: U256, len: usize) {
        self.op(op::PUSH1 + (len - 1) as u8);
        self.code.extend_from_slice(&word.to_be_bytes::<32>()[32 - len..]);
    }

    /// A small number.
    pub(crate) fn push_number(&mut self, number: u32) {
        self.push(U256::from(number));
    }

    /// An address.
    pub(crate) fn push_address(&mut self, address: Address) {
        self.push(U256::from_be_slice(address.as_slice()));
    }

    /// Pushes a target that is not known yet.
    pub(crate) fn push_mark(&mut self) -> Mark {
        self.push_wide(U256::ZERO, 2);
        Mark(self.code.len() - 2)
    }

    /// Pushes the place of a JUMPDEST that [`Program::dest`] gave.
    pub(crate) fn push_dest(&mut self, dest: usize) {
        self.push_wide(U256::from(dest), 2);
    }

    /// A JUMPDEST, and its place.
    pub(crate) fn dest(&mut self) -> usize {
        self.op(op::JUMPDEST);
        self.code.len() - 1
    }

    /// A JUMPDEST that the marks lead to.
    pub(crate) fn land(&mut self, marks: &[Mark]) {
        let dest = self.dest();
        marks.iter().for_each(|mark| self.aim(*mark, dest));
    }

    /// Makes the mark lead to a place.
    pub(crate) fn aim(&mut self, mark: Mark, dest: usize) {
        self.code[mark.0..mark.0 + 2].copy_from_slice(&(dest as u16).to_be_bytes());
    }

    /// Pushes and drops words until the stack has this height.
    pub(crate) fn level(&mut self, height: u32) {
        while height < self.height {
            self.op(op::POP);
        }
        while self.height < height {
            self.op(op::CALLDATASIZE);
        }
    }

    /// Copies bytes that stand behind the code to memory.
    pub(crate) fn copy_data(&mut self, offset: u32, bytes: &[u8]) {
        self.push_number(bytes.len() as u32);
        let mark = self.push_mark();
        self.data_marks.push((mark.0, self.data.len()));
        self.data.extend_from_slice(bytes);
        self.push_number(offset);
        self.op(op::CODECOPY);
    }

    /// Stores the topmost word in memory.
    pub(crate) fn store_at(&mut self, offset: u32) {
        self.push_number(offset);
        self.op(op::MSTORE);
    }

    /// The bytes, data included.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let len = self.code.len();
        for (mark, at) in std::mem::take(&mut self.data_marks) {
            self.aim(Mark(mark), len + at);
        }
        self.code.append(&mut self.data);
        self.code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_and_data_are_filled_in() {
        let mut p = Program::new(Revision::LATEST);
        let mark = p.push_mark();
        p.op(op::JUMP);
        p.land(&[mark]);
        p.copy_data(0, &[7, 8]);
        assert_eq!(p.height, 0);
        let code = p.finish();
        assert_eq!(code, [0x61, 0, 4, 0x56, 0x5b, 0x60, 2, 0x61, 0, 12, 0x5f, 0x39, 7, 8]);
    }

    #[test]
    fn pushes_are_the_shortest_of_the_revision() {
        for (revision, expect) in [(Revision::Paris, vec![0x60, 0]), (Revision::Shanghai, vec![0x5f])] {
            let mut p = Program::new(revision);
            p.push(U256::ZERO);
            assert_eq!(p.finish(), expect);
        }
    }
}
