//! The reference interpreter: the text that other engines are judged by.
//!
//! One instruction after the other, in the order of the instruction table's precedence: defined, stack, static
//! gas, then the instruction's own function. The type of that function says what it may touch. There is no unsafe
//! code, no batching and no analysis but the set of valid jump targets, which it finds for itself.
//!
//! It can start and stop at every canonical point, and reports checkpoints and steps when a frame asks for them.

mod gas;
mod jumps;
mod ops;
mod run;
mod stack;

use api::{Code, EngineId, Exit, Frame, Host, Vm};
use jumps::JumpCache;

/// The reference interpreter.
#[derive(Default)]
pub struct Interp {
    jumps: JumpCache,
}

impl Interp {
    /// A new one.
    pub fn new() -> Interp {
        Interp::default()
    }

    /// Its identity.
    pub fn id() -> EngineId {
        EngineId {
            name: "interp".into(),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            ..EngineId::default()
        }
    }
}

impl Vm for Interp {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        if frame.checkpoints || frame.steps {
            run::run::<true>(&mut self.jumps, code, frame, host)
        } else {
            run::run::<false>(&mut self.jumps, code, frame, host)
        }
    }
}
