//! What compiled code and builtins answer: go on, or why not.

use api::{End, Exit, Halt};

/// An answer in one register. Zero is "go on"; everything else leaves compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Status(pub u32);

/// Halts follow from here on, by their code.
const HALTS: u32 = 32;

impl Status {
    /// Nothing ended: the next instruction may run.
    pub const GO_ON: Status = Status(0);
    /// The frame ended with STOP.
    pub const STOP: Status = Status(1);
    /// The frame ended with RETURN; its output is named in the frame.
    pub const RETURN: Status = Status(2);
    /// The frame ended with REVERT; its output is named in the frame.
    pub const REVERT: Status = Status(3);
    /// The frame ended with SELFDESTRUCT.
    pub const SELFDESTRUCT: Status = Status(4);
    /// The frame asks for a call.
    pub const CALL: Status = Status(8);
    /// The frame asks for a create.
    pub const CREATE: Status = Status(9);
    /// The check at the head of a section failed; nothing was changed since.
    pub const FAILS: Status = Status(16);
    /// The observer asked for an end at a checkpoint.
    pub const STOPPED: Status = Status(17);
    /// A resource limit of the harness was reached.
    pub const OVER_LIMIT: Status = Status(18);
    /// A builtin panicked; the panic lies in the context.
    pub const PANICKED: Status = Status(19);
    /// Compiled code called an entry of the table that holds no builtin.
    pub const MISSING: Status = Status(20);
    /// The next part of the code is another function; its entry stands in the context.
    pub const GOTO: Status = Status(22);
    /// What is known of inside entries does not hold for this one from outside; nothing was changed.
    pub const LEAVES: Status = Status(21);

    /// The frame halts.
    pub const fn halt(halt: Halt) -> Status {
        Status(HALTS + halt as u32)
    }

    /// Those of the canonical points that were reported, in order, whose sections were run to their ends. A section that was left
    /// early counts for nothing, so what ran in compiled code is never said to be more than it is.
    pub fn passed(self, mut reported: Vec<u32>) -> Vec<u32> {
        let left_early = [Status::FAILS, Status::STOPPED, Status::OVER_LIMIT, Status::halt(Halt::OutOfGas)];
        if left_early.contains(&self) {
            reported.pop();
        }
        reported
    }

    /// What the status means to whoever ran the frame. `None` for what is no exit but a defect of the engine.
    pub fn exit(self) -> Option<Exit> {
        Some(match self {
            Status::STOP => Exit::End(End::Stop),
            Status::RETURN => Exit::End(End::Return),
            Status::REVERT => Exit::End(End::Revert),
            Status::SELFDESTRUCT => Exit::End(End::SelfDestruct),
            Status::CALL => Exit::Call,
            Status::CREATE => Exit::Create,
            Status::FAILS => Exit::Fails,
            Status::STOPPED => Exit::Stop,
            Status::OVER_LIMIT => Exit::OverLimit,
            Status::LEAVES => Exit::Leave,
            Status(code) => Exit::End(End::Halt(Halt::from_code(u8::try_from(code.checked_sub(HALTS)?).ok()?)?)),
        })
    }
}

impl From<Halt> for Status {
    fn from(halt: Halt) -> Status {
        Status::halt(halt)
    }
}

impl From<api::memory::OverLimit> for Status {
    fn from(_: api::memory::OverLimit) -> Status {
        Status::OVER_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_halt_comes_back() {
        for halt in Halt::ALL {
            assert_eq!(Status::halt(*halt).exit(), Some(Exit::End(End::Halt(*halt))));
        }
        for defect in [Status::GO_ON, Status::PANICKED, Status::GOTO, Status::MISSING, Status(HALTS), Status(u32::MAX)]
        {
            assert_eq!(defect.exit(), None, "{defect:?}");
        }
    }
}
