//! One mapping, switched between writable and executable: two system calls for a write, whatever its length.
//!
//! Only the pages of the range are switched. Other blocks on them cannot run meanwhile, and nobody wants to: who writes
//! owns the memory and is not in native code.

use crate::cache::{TRAP, clean};
use crate::region::{Region, page};
use rustix::mm::MprotectFlags;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;
use std::slice;

/// Memory with one mapping.
#[derive(Debug)]
pub(crate) struct Single(Region);

impl Single {
    /// Memory of `len` bytes, whole pages, full of traps.
    pub(crate) fn new(len: usize) -> io::Result<Single> {
        let mut single = Single(Region::private(len)?);
        single.try_write(0..len, |bytes| bytes.fill(TRAP))?;
        Ok(single)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn entry(&self, offset: usize) -> NonNull<u8> {
        self.0.at(offset)
    }

    /// # Panics
    /// When the system does not make memory executable again that was so before: what was published would be lost.
    pub(crate) fn write(&mut self, range: Range<usize>, edit: impl FnOnce(&mut [u8])) {
        if let Err(error) = self.try_write(range, edit) {
            panic!("the protection of executable memory cannot be changed: {error}");
        }
    }

    fn try_write(&mut self, range: Range<usize>, edit: impl FnOnce(&mut [u8])) -> io::Result<()> {
        assert!(range.start <= range.end && range.end <= self.len(), "the range lies in the memory");
        // The length of the memory is a multiple of the page, so the end stays in it.
        let pages = range.start / page() * page()..range.end.next_multiple_of(page());
        self.0.protect(&pages, MprotectFlags::READ | MprotectFlags::WRITE)?;
        // SAFETY: the range lies in the mapping, as was just checked; it can be read and written since the line above,
        // was filled by the kernel, and is reached from nowhere else while `self` is borrowed.
        let bytes = unsafe { slice::from_raw_parts_mut(self.0.at(range.start).as_ptr(), range.len()) };
        edit(bytes);
        if !fault::planted!(CodebufClean) {
            clean(bytes);
        }
        let left = if fault::planted!(CodebufRights) { MprotectFlags::WRITE } else { MprotectFlags::empty() };
        self.0.protect(&pages, MprotectFlags::READ | MprotectFlags::EXEC | left)?;
        Ok(())
    }
}
