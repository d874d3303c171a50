//! Code that is written where other code stood: one page whose protection flips between writable and executable.
//!
//! An emulator keeps translations of code and must notice that what they came from has changed.

use crate::isa;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use std::ptr::null_mut;

/// A multiple of every page size in use.
const LEN: usize = 1 << 16;
const ROUNDS: u16 = 2000;

/// Writes and runs two thousand functions at one address. `None` if each gave its own answer.
pub(crate) fn check() -> Option<String> {
    // SAFETY: a new mapping at an address that the system chooses.
    let page = unsafe { mmap_anonymous(null_mut(), LEN, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) };
    let page = match page {
        Ok(page) => page.cast::<u8>(),
        Err(error) => return Some(format!("rewritten code: no memory to write it to: {error}")),
    };
    let complaint = (1..=ROUNDS).find_map(|value| match answer(page, value) {
        Ok(found) if found == u32::from(value) => None,
        Ok(found) => Some(format!("rewritten code: function {value} at one address answered {found}")),
        Err(error) => Some(format!("rewritten code: the protection of its memory cannot be changed: {error}")),
    });
    // SAFETY: the mapping is our own and nothing points into it any more.
    let unmapped = unsafe { munmap(page.cast(), LEN) };
    complaint.or(unmapped.err().map(|error| format!("rewritten code: its memory cannot be returned: {error}")))
}

/// Writes a function that returns `value` to the page, and calls it.
fn answer(page: *mut u8, value: u16) -> rustix::io::Result<u32> {
    let code = isa::returning(value);
    // SAFETY: the page is a mapping of `LEN` bytes that only this function uses; the code fits and is executable when it is
    // called, and it is a complete function of the C convention without arguments.
    unsafe {
        mprotect(page.cast(), LEN, MprotectFlags::READ | MprotectFlags::WRITE)?;
        std::ptr::copy_nonoverlapping(code.as_ptr(), page, code.len());
        isa::publish(page);
        mprotect(page.cast(), LEN, MprotectFlags::READ | MprotectFlags::EXEC)?;
        let function: extern "C" fn() -> u32 = std::mem::transmute(page);
        Ok(function())
    }
}
