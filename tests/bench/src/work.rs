//! What compiling a code takes, in numbers that are the same in every run: what is made, and memory.

use crate::counted::{Asked, counted};
use api::Code;
use cost::Compiler;

/// What compiling a code took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes of machine code; of a form its values and instructions.
    pub made: u64,
    /// Memory that was asked for.
    pub asked: Asked,
}

/// Compiles a code for the latest revision. `None` if it is refused.
pub fn work(compiler: Compiler, code: &Code) -> Option<Work> {
    let (asked, made) = counted(|| compiler.made(code));
    Some(Work { made: made?, asked })
}
