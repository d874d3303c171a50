//! The one place where compiled code is entered.

#![allow(unsafe_code, reason = "machine code is entered through a pointer")]

use codebuf::Block;
use runtime::{Context, Status};

/// Runs a block from the entry in the context until it leaves.
///
/// The block must hold a blob that was compiled for this architecture and for the code, revision and variant of the
/// context's frame, and the arena that it was published in must be alive: [`crate::Template`] keeps the two together.
pub(crate) fn enter(block: &Block, context: &mut Context<'_>) -> Status {
    // SAFETY: the block is published and not freed, as `Template` holds it and its arena. Its first bytes are the prologue
    // of a blob, a function of this signature, that keeps what the calling convention asks it to keep. It touches the stack
    // of the frame only within the bounds that its heads check, memory only below the length in the context, and calls
    // nothing but builtins, from which no panic escapes.
    let status = unsafe {
        let function = std::mem::transmute::<*mut u8, extern "C" fn(&mut Context<'_>) -> u32>(block.entry().as_ptr());
        function(context)
    };
    Status(status)
}
