//! What a section leaves behind, and whether another left the same.

use crate::entry::Entry;
use api::{Bytes, End, Exit, Frame, Halt, Request, U256};
use std::fmt::Debug;

/// What a section leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// How it was left.
    pub exit: Exit,
    pc: u32,
    gas: u64,
    stack: Vec<U256>,
    memory: Vec<u8>,
    output: Option<Vec<u8>>,
    return_data: Bytes,
    request: Option<Request>,
    asked: Vec<String>,
}

impl Left {
    pub(crate) fn new(exit: Exit, frame: &Frame, asked: Vec<String>) -> Left {
        let output = matches!(exit, Exit::End(End::Return | End::Revert)).then(|| frame.output().to_vec());
        Left {
            exit,
            pc: frame.pc,
            gas: frame.gas_left,
            stack: frame.words().to_vec(),
            memory: frame.memory.as_slice().to_vec(),
            output,
            return_data: frame.return_data.clone(),
            request: frame.request.clone(),
            asked,
        }
    }

    /// What it came to in a line, for a digest.
    pub fn line(&self) -> String {
        if is_halt(self.exit) {
            return format!("{:?}", self.exit);
        }
        format!("{self:?}")
    }

    /// How another vm differs from this one, which is the reference.
    pub(crate) fn differs(&self, other: &Left, entry: &Entry) -> Option<String> {
        if other.exit == Exit::Fails {
            return self.fails_rightly(other, entry);
        }
        // Static gas of the whole section is taken at its head, so gas may run out before a limit of the harness is met.
        if self.exit == Exit::OverLimit && other.exit == Exit::End(End::Halt(Halt::OutOfGas)) {
            return None;
        }
        if self.exit != other.exit {
            return Some(format!("ends with {:?} instead of {:?}", other.exit, self.exit));
        }
        if is_halt(self.exit) {
            return differ("what was asked", &self.asked, &other.asked);
        }
        // A frame that ended has no place and no stack.
        let ended = matches!(self.exit, Exit::End(_));
        let place = || differ("pc", &self.pc, &other.pc).or_else(|| stack(&self.stack, &other.stack));
        differ("what was asked", &self.asked, &other.asked)
            .or_else(|| differ("gas", &self.gas, &other.gas))
            .or_else(|| if ended { None } else { place() })
            .or_else(|| memory(&self.memory, &other.memory))
            .or_else(|| differ("output", &self.output, &other.output))
            .or_else(|| differ("return data", &self.return_data, &other.return_data))
            .or_else(|| differ("request", &self.request, &other.request))
    }

    /// A check that failed is right if nothing was changed and the section halts.
    fn fails_rightly(&self, other: &Left, entry: &Entry) -> Option<String> {
        if !is_halt(self.exit) {
            return Some(format!("fails a check where the section ends with {:?}", self.exit));
        }
        differ("pc", &entry.pc, &other.pc)
            .or_else(|| differ("gas", &entry.gas, &other.gas))
            .or_else(|| stack(&entry.stack, &other.stack))
            .or_else(|| memory(&entry.memory, &other.memory))
            .or_else(|| differ("what was asked", &Vec::<String>::new(), &other.asked))
            .map(|difference| format!("a failed check: {difference}"))
    }
}

/// Whether nothing is left of the frame.
fn is_halt(exit: Exit) -> bool {
    matches!(exit, Exit::End(End::Halt(_)) | Exit::OverLimit)
}

fn differ<T: PartialEq + Debug>(what: &str, left: &T, right: &T) -> Option<String> {
    (left != right).then(|| format!("{what} is {right:?} instead of {left:?}"))
}

fn stack(left: &[U256], right: &[U256]) -> Option<String> {
    let at = left.iter().zip(right).rposition(|(left, right)| left != right);
    let word = at.map(|at| format!("word {at} of the stack is {:#x} instead of {:#x}", right[at], left[at]));
    differ("the height of the stack", &left.len(), &right.len()).or(word)
}

fn memory(left: &[u8], right: &[u8]) -> Option<String> {
    let at = left.iter().zip(right).position(|(left, right)| left != right);
    let byte = at.map(|at| format!("byte {at} of memory is {:#x} instead of {:#x}", right[at], left[at]));
    differ("the size of memory", &left.len(), &right.len()).or(byte)
}
