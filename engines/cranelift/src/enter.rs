//! The one place where compiled code is entered.

#![allow(unsafe_code, reason = "machine code is entered through a pointer")]

use crate::Blob;
use codebuf::Block;
use runtime::{Context, Status};

/// Runs a blob from the entry in the context until it leaves, one region after the other.
///
/// The block must hold the bytes of this blob, which must be compiled for this architecture and for the code, revision and
/// variant of the context's frame, and the arena that it was published in must be alive: [`crate::Cranelift`] keeps
/// them together.
pub(crate) fn enter(block: &Block, blob: &Blob, context: &mut Context<'_>) -> Status {
    loop {
        // An entry of the blob names one of its regions; the regions themselves write no other.
        let Some(start) = blob.region(context.entry) else { return Status::MISSING };
        let function = block.entry().as_ptr().wrapping_add(start as usize);
        // SAFETY: the block is published and not freed, as `Cranelift` holds it and its arena. Where a region of its blob begins
        // there is a function of this signature. It touches the stack of the frame only within the bounds that its
        // heads check, memory only below a length that it read behind whatever moved memory last (`lower::KEPT`), and calls nothing
        // but builtins, from which no panic escapes.
        let status = unsafe {
            let function = std::mem::transmute::<*mut u8, extern "C" fn(&mut Context<'_>) -> u32>(function);
            Status(function(context))
        };
        if status != Status::GOTO {
            return status;
        }
    }
}
