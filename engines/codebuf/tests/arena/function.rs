//! Tiny functions in machine code.

use codebuf::{Arena, Block};
use std::ptr::NonNull;
use std::slice;

/// A function that returns `number`.
pub(crate) fn returns(number: u16) -> Vec<u8> {
    if cfg!(target_arch = "x86_64") {
        // mov eax, number; ret
        let [low, high] = number.to_le_bytes();
        vec![0xb8, low, high, 0, 0, 0xc3]
    } else {
        // movz w0, #number; ret
        [0x5280_0000 | u32::from(number) << 5, 0xd65f_03c0].map(u32::to_le_bytes).concat()
    }
}

/// Calls a block that starts with such a function.
pub(crate) fn call(_: &Arena, block: &Block) -> u32 {
    // SAFETY: every block of these tests that is called starts with a whole function of this signature; its arena lives
    // and has not freed it.
    unsafe {
        let function = std::mem::transmute::<*mut u8, extern "C" fn() -> u32>(block.entry().as_ptr());
        function()
    }
}

/// The bytes of a block.
pub(crate) fn bytes<'a>(arena: &'a Arena, block: &Block) -> &'a [u8] {
    bytes_at(arena, block.entry(), block.len())
}

/// Bytes of a place that a block has or had.
pub(crate) fn bytes_at(_: &Arena, entry: NonNull<u8>, len: usize) -> &[u8] {
    // SAFETY: executable memory of an arena can be read while the arena lives, and is not written while it is borrowed.
    unsafe { slice::from_raw_parts(entry.as_ptr(), len) }
}
