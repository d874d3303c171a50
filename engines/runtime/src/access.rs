//! What compiled code does with a context, for Rust code that interprets a compiled form: the same accesses, each checked.
//!
//! A word, byte or builtin out of bounds is a defect of the form and panics.

#![allow(unsafe_code, reason = "the stack is named by the pointer that builtins use")]

use crate::table::{CHECKPOINT, GROW, calculate};
use crate::{Context, Status, memory};
use api::U256;
use spec::{limits, table};

impl Context<'_> {
    /// The word with so many others below it.
    pub fn word(&self, index: usize) -> U256 {
        assert!(index < limits::STACK, "word {index} of a stack");
        // SAFETY: the pointer is that of the frame's stack, which the context borrows, and the index is inside.
        unsafe { self.stack.add(index).read() }
    }

    /// Writes that word.
    pub fn set_word(&mut self, index: usize, word: U256) {
        assert!(index < limits::STACK, "word {index} of a stack");
        // SAFETY: as above.
        unsafe { self.stack.add(index).write(word) }
    }

    /// Says how high the stack is, for whoever takes over.
    pub fn set_height(&mut self, height: usize) {
        self.sp = self.stack.wrapping_add(height);
    }

    /// How high it is.
    pub fn height(&self) -> usize {
        (self.sp as usize - self.stack as usize) / size_of::<U256>()
    }

    /// Calls the builtin of an instruction on a stack of this height.
    pub fn call(&mut self, opcode: u8, height: usize) -> Status {
        let row = table::TABLE[usize::from(opcode)].as_ref();
        let (pops, pushes) = row.map_or((0, 0), |row| (usize::from(row.pops), usize::from(row.pushes)));
        assert!(pops <= height && height - pops + pushes <= limits::STACK, "{pops} operands of {height} words");
        self.enter(u16::from(opcode), height)
    }

    /// Makes memory reach an end, if that can be paid for.
    pub fn grow_to(&mut self, end: u64) -> Status {
        if end <= self.memory_len {
            return Status::GO_ON;
        }
        self.memory_end = end;
        let height = self.height();
        self.enter(GROW, height)
    }

    /// Reports the canonical point at which the context stands, on a stack of this height.
    pub fn report(&mut self, height: usize) -> Status {
        self.enter(CHECKPOINT, height)
    }

    fn enter(&mut self, entry: u16, height: usize) -> Status {
        let sp = self.stack.wrapping_add(height);
        // SAFETY: the table of the context has an entry for each opcode and the two besides. Operands and answer lie within the
        // stack, which the callers have shown; those besides have neither.
        Status(unsafe { (*self.builtins.add(usize::from(entry)))(self, sp) })
    }

    /// The word of memory at an offset that memory reaches behind.
    pub fn memory_word(&self, offset: u64) -> U256 {
        U256::from_be_slice(self.frame.memory.slice(offset as usize, 32))
    }

    /// Writes bytes at an offset that memory reaches behind.
    pub fn write_memory(&mut self, offset: u64, bytes: &[u8]) {
        self.frame.memory.slice_mut(offset as usize, bytes.len()).copy_from_slice(bytes);
    }

    /// The word of calldata at an offset.
    pub fn input_word(&mut self, offset: U256) -> U256 {
        memory::calldataload(self, &[offset]).unwrap_or_default()
    }

    /// The word that an instruction pushes that is constant while compiled code runs.
    pub fn constant(&self, opcode: u8) -> Option<U256> {
        use spec::op;
        let constants = &self.constants;
        Some(match opcode {
            op::ADDRESS => constants.address,
            op::CALLER => constants.caller,
            op::CALLVALUE => constants.callvalue,
            op::ORIGIN => constants.origin,
            op::GASPRICE => constants.gasprice,
            op::COINBASE => constants.coinbase,
            op::TIMESTAMP => constants.timestamp,
            op::NUMBER => constants.number,
            op::PREVRANDAO => constants.prevrandao,
            op::GASLIMIT => constants.gaslimit,
            op::CHAINID => constants.chainid,
            op::BASEFEE => constants.basefee,
            op::BLOBBASEFEE => constants.blobbasefee,
            op::CALLDATASIZE => U256::from(self.input_len),
            op::RETURNDATASIZE => U256::from(self.return_len),
            _ => return None,
        })
    }

    /// The answer of a function of words alone; see [`calculate`].
    pub fn calculate(&mut self, opcode: u8, operands: &[U256; 3]) -> Option<U256> {
        calculate(opcode, operands, self.moduli)
    }
}
