//! What to record of a run, and who receives what cannot wait for its end.

use crate::{B256, Frame};
use spec::Halt;

/// What a run is watched for. The default records what consensus sees.
#[derive(Default)]
pub struct Watch<'a> {
    /// Also record ends of frames, warm sets, transient storage and the transcript: what the exact level needs.
    pub exact: bool,
    /// Also compute the state root.
    pub roots: bool,
    /// Report every canonical point to the observer.
    pub checkpoints: bool,
    /// Report every instruction to the observer.
    pub steps: bool,
    /// Who is told.
    pub observer: Option<&'a mut dyn Observer>,
}

impl Watch<'_> {
    /// Records everything that an outcome can hold.
    pub fn exact() -> Self {
        Watch { exact: true, ..Watch::default() }
    }

    /// The same, with the state root.
    pub fn exact_with_roots() -> Self {
        Watch { exact: true, roots: true, ..Watch::default() }
    }
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// Yes.
    Continue,
    /// No: the run ends with [`crate::EngineError::Stopped`].
    Stop,
}

/// Receives what happens during a run.
pub trait Observer {
    /// A canonical point was reached.
    fn checkpoint(&mut self, checkpoint: &Checkpoint, frame: &Frame) -> Flow {
        let _ = (checkpoint, frame);
        Flow::Continue
    }

    /// An instruction is about to run.
    fn step(&mut self, step: &Step, frame: &Frame) {
        let _ = (step, frame);
    }

    /// That instruction ran or failed.
    fn stepped(&mut self, frame: &Frame, gas_cost: u64, halt: Option<Halt>) {
        let _ = (frame, gas_cost, halt);
    }
}

/// An engine-neutral digest of the machine state at a canonical point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many came before in the case.
    pub index: u64,
    /// Position of the transaction in the case.
    pub transaction: u32,
    /// Position of the frame in the transaction.
    pub frame: u32,
    /// Its depth.
    pub depth: u32,
    /// Where it stands.
    pub pc: u32,
    /// Exact gas.
    pub gas_left: u64,
    /// Words on the stack.
    pub stack_len: u32,
    /// Bytes of memory.
    pub memory_len: u64,
    /// Keccak of the digest before and of everything above with stack, memory, return data and refund counter.
    pub digest: B256,
}

/// An instruction about to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The byte.
    pub opcode: u8,
    /// The refund counter of the transaction.
    pub refund: i64,
}
