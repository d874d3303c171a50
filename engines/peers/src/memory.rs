//! The resource limit of the harness inside revm.
//!
//! revm ends a frame that would grow beyond its memory limit as if it had run out of gas. For us that is no outcome
//! but a limit of the harness, also when it happens in a frame below the first: an inspector looks at the end of
//! every frame. Inspecting is slow, so it is done only where gas could reach the limit at all.

use revm::Inspector;
use revm::interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult, InterpreterTypes};
use spec::{gas, limits};

/// Gas that cannot buy the memory of the limit, not even shared out evenly over all depths, which is cheapest.
pub(crate) const GAS_SAFE: u64 = 1 << 31;

const _: () = {
    let words = limits::MEMORY / 32;
    let frames = limits::DEPTH as u64 + 1;
    let linear = words * gas::MEMORY_WORD;
    let quadratic = words * words / (gas::MEMORY_QUADRATIC_DIVISOR * frames);
    // What a callee is given for nothing does not make up for the difference.
    assert!(linear + quadratic > GAS_SAFE + frames * gas::CALL_STIPEND, "the limit costs more than safe gas");
};

/// Remembers whether a frame met the limit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MemoryGuard {
    /// Whether one did.
    pub(crate) reached: bool,
}

impl MemoryGuard {
    fn ended(&mut self, result: InstructionResult) {
        self.reached |= result == InstructionResult::MemoryLimitOOG;
    }
}

impl<C, I: InterpreterTypes> Inspector<C, I> for MemoryGuard {
    fn call_end(&mut self, _: &mut C, _: &CallInputs, outcome: &mut CallOutcome) {
        self.ended(outcome.result.result);
    }

    fn create_end(&mut self, _: &mut C, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.ended(outcome.result.result);
    }
}
