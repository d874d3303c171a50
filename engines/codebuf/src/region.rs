//! A range of addresses that is mapped, with a guard page before and behind it.

use rustix::io;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
#[cfg(target_arch = "x86_64")]
use rustix::mm::{MremapFlags, mremap_fixed};
use std::ops::Range;
use std::ptr::{self, NonNull};

/// Mapped addresses, unmapped when dropped.
#[derive(Debug)]
pub(crate) struct Region {
    /// The first byte behind the guard.
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: a region is memory that it alone owns; which thread holds it makes no difference.
unsafe impl Send for Region {}
// SAFETY: through a shared reference only addresses can be had.
unsafe impl Sync for Region {}

impl Region {
    /// Addresses for `len` bytes, whole pages, of which none can be touched yet.
    fn reserve(len: usize) -> io::Result<Region> {
        let whole = len.checked_add(2 * page()).filter(|_| len > 0 && len.is_multiple_of(page()));
        let whole = whole.ok_or(io::Errno::INVAL)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: the kernel chooses the addresses, so no memory in use is mapped over.
        let guard = unsafe { mmap_anonymous(ptr::null_mut(), whole, ProtFlags::empty(), flags)? };
        let base = NonNull::new(guard.cast::<u8>().wrapping_add(page())).ok_or(io::Errno::NOMEM)?;
        Ok(Region { base, len })
    }

    /// Private memory of `len` bytes that can be written.
    pub(crate) fn private(len: usize) -> io::Result<Region> {
        Region::writable(len, MapFlags::PRIVATE)
    }

    fn writable(len: usize, sharing: MapFlags) -> io::Result<Region> {
        let region = Region::reserve(len)?;
        let flags = sharing | MapFlags::FIXED | MapFlags::POPULATE;
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the addresses were reserved above and nobody else knows them.
        unsafe { mmap_anonymous(region.base.as_ptr().cast(), len, protection, flags)? };
        Ok(region)
    }

    /// Memory of `len` bytes, mapped twice, that can be written through both. It has no name but that of anonymous memory,
    /// for which profilers look up names of compiled code; memory behind a file descriptor would have one of its own.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn twice(len: usize) -> io::Result<[Region; 2]> {
        let [first, second] = [Region::writable(len, MapFlags::SHARED)?, Region::reserve(len)?];
        let [from, to] = [&first, &second].map(|region| region.base.as_ptr().cast());
        // SAFETY: nothing is moved from `from`: zero bytes of shared memory give one more mapping of it. It replaces addresses
        // that were reserved above and that nobody else knows.
        let mapped = unsafe { mremap_fixed(from, 0, len, MremapFlags::MAYMOVE, to) };
        if let Err(error) = mapped {
            // It may have given the addresses back, and another thread may have them: they are left alone.
            std::mem::forget(second);
            return Err(error);
        }
        Ok([first, second])
    }

    /// Changes what may be done with a range, which lies in the region and consists of whole pages.
    pub(crate) fn protect(&mut self, range: &Range<usize>, flags: MprotectFlags) -> io::Result<()> {
        assert!(range.start <= range.end && range.end <= self.len, "the range lies in the region");
        // SAFETY: the range lies in memory that this region owns, as was just checked. Taking rights away can make
        // an access fault; it cannot make one touch other memory.
        unsafe { mprotect(self.base.as_ptr().wrapping_add(range.start).cast(), range.len(), flags) }
    }

    /// The address at an offset.
    pub(crate) fn at(&self, offset: usize) -> NonNull<u8> {
        assert!(offset <= self.len, "the offset lies in the region");
        // SAFETY: the offset lies in the region, as was just checked, so the sum does not leave what was mapped.
        unsafe { self.base.add(offset) }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        let guard = self.base.as_ptr().wrapping_sub(page());
        // SAFETY: this is the range that was mapped, with its guards, and the region was its only owner. It fails for
        // no valid range; were it to fail, memory would be kept, which harms nobody.
        let _ = unsafe { munmap(guard.cast(), self.len + 2 * page()) };
    }
}

/// Bytes of a page: 4 KiB on x86_64, up to 64 KiB on aarch64.
pub(crate) fn page() -> usize {
    rustix::param::page_size()
}
