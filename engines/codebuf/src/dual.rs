//! The same memory mapped twice: one mapping can be written, the other can run.
//!
//! Publishing is a copy and a serialising instruction, without a system call. The mapping that can be written is
//! nobody's but this module's.

use crate::cache::{TRAP, refetch};
use crate::region::Region;
use rustix::io;
use rustix::mm::MprotectFlags;
use std::ops::Range;
use std::ptr::NonNull;
use std::slice;

/// Memory with two mappings.
#[derive(Debug)]
pub(crate) struct Dual {
    writable: Region,
    runnable: Region,
}

impl Dual {
    /// Memory of `len` bytes, whole pages, full of traps. `None` where the system gives none, or does not notice that
    /// code was written through the other mapping, as emulators may.
    pub(crate) fn new(len: usize) -> Option<Dual> {
        let mut dual = Dual::map(len).ok()?;
        dual.write(0..len, |bytes| bytes.fill(TRAP));
        let notices = [1, 2, 3].into_iter().all(|number| dual.answers(number));
        dual.write(0..PROBE.len(), |bytes| bytes.fill(TRAP));
        notices.then_some(dual)
    }

    fn map(len: usize) -> io::Result<Dual> {
        let [writable, mut runnable] = Region::twice(len)?;
        runnable.protect(&(0..len), MprotectFlags::READ | MprotectFlags::EXEC)?;
        Ok(Dual { writable, runnable })
    }

    /// Writes a function that returns `number` and calls it.
    fn answers(&mut self, number: u8) -> bool {
        self.write(0..PROBE.len(), |bytes| {
            bytes.copy_from_slice(&PROBE);
            bytes[1] = number;
        });
        refetch();
        // SAFETY: the entry is mapped for as long as `self` lives and holds a whole function of this signature: the one
        // just written, or, where the write was not noticed, the one before, or traps if none was ever noticed; those
        // cannot be what runs first, because nothing of this memory ran or was fetched before its first write.
        let answer = unsafe {
            let function = std::mem::transmute::<*mut u8, extern "sysv64" fn() -> u32>(self.entry(0).as_ptr());
            function()
        };
        answer == u32::from(number)
    }

    pub(crate) fn len(&self) -> usize {
        self.writable.len()
    }

    pub(crate) fn entry(&self, offset: usize) -> NonNull<u8> {
        self.runnable.at(offset)
    }

    pub(crate) fn write(&mut self, range: Range<usize>, edit: impl FnOnce(&mut [u8])) {
        assert!(range.start <= range.end && range.end <= self.len(), "the range lies in the memory");
        // SAFETY: the range lies in the mapping, as was just checked; it can be read and written, was filled by the
        // kernel, and is reached from nowhere else while `self` is borrowed: native code, which runs at the other
        // addresses, was left before its owner could call this.
        let bytes = unsafe { slice::from_raw_parts_mut(self.writable.at(range.start).as_ptr(), range.len()) };
        edit(bytes);
    }
}

/// `mov eax, 0; ret`
const PROBE: [u8; 6] = [0xb8, 0, 0, 0, 0, 0xc3];
