//! Memory that holds code, by either kind of mapping.

use crate::region::page;
use crate::single::Single;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;

#[cfg(target_arch = "x86_64")]
use crate::dual::Dual;

/// Memory that is written through [`Memory::write`] only and can run at all other times.
#[derive(Debug)]
pub(crate) enum Memory {
    #[cfg(target_arch = "x86_64")]
    Dual(Dual),
    Single(Single),
}

impl Memory {
    /// Memory of at least `capacity` bytes, full of traps.
    pub(crate) fn new(capacity: usize) -> io::Result<Memory> {
        let too_large = || io::Error::new(io::ErrorKind::InvalidInput, "the capacity exceeds the address space");
        let len = capacity.max(1).checked_next_multiple_of(page()).ok_or_else(too_large)?;
        #[cfg(target_arch = "x86_64")]
        if let Some(dual) = Dual::new(len) {
            return Ok(Memory::Dual(dual));
        }
        Ok(Memory::Single(Single::new(len)?))
    }

    /// Bytes in all.
    pub(crate) fn len(&self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Memory::Dual(dual) => dual.len(),
            Memory::Single(single) => single.len(),
        }
    }

    /// Where the byte at `offset` runs.
    pub(crate) fn entry(&self, offset: usize) -> NonNull<u8> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Memory::Dual(dual) => dual.entry(offset),
            Memory::Single(single) => single.entry(offset),
        }
    }

    /// Changes the bytes of a range. Before the new ones run, this thread must fetch again: [`crate::cache::refetch`].
    pub(crate) fn write(&mut self, range: Range<usize>, edit: impl FnOnce(&mut [u8])) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Memory::Dual(dual) => dual.write(range, edit),
            Memory::Single(single) => single.write(range, edit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::{TRAP, refetch};
    use rustix::fs::{Mode, OFlags};

    /// A function that returns `number`.
    fn function(number: u8) -> Vec<u8> {
        if cfg!(target_arch = "x86_64") {
            vec![0xb8, number, 0, 0, 0, 0xc3]
        } else {
            [0x5280_0000 | u32::from(number) << 5, 0xd65f_03c0].map(u32::to_le_bytes).concat()
        }
    }

    fn call(memory: &Memory, offset: usize) -> u32 {
        // SAFETY: the caller wrote a whole function of this signature to the offset.
        unsafe { std::mem::transmute::<*mut u8, extern "C" fn() -> u32>(memory.entry(offset).as_ptr())() }
    }

    /// Counts the mappings of this process that are both.
    fn writable_and_executable() -> usize {
        let file = rustix::fs::open("/proc/self/maps", OFlags::RDONLY, Mode::empty()).unwrap();
        let (mut text, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            match rustix::io::read(&file, &mut piece).unwrap() {
                0 => break,
                len => text.extend_from_slice(&piece[..len]),
            }
        }
        text.windows(4).filter(|rights| rights == b" rwx").count()
    }

    fn rewritten_code_runs(mut memory: Memory) {
        let len = function(0).len();
        let last = memory.len() - len;
        let offsets = [0, 64, page() - 64, page() - 4, page(), last / 4 * 4];
        for number in (0..20_000).map(|round| round as u8) {
            let offset = offsets[number as usize % offsets.len()];
            memory.write(offset..offset + len, |bytes| bytes.copy_from_slice(&function(number)));
            refetch();
            assert_eq!(call(&memory, offset), number.into());
            memory.write(offset..offset + len, |bytes| bytes.fill(TRAP));
        }
        memory.write(0..1, |_| assert_eq!(writable_and_executable(), 0, "while it is written"));
        assert_eq!(writable_and_executable(), 0, "while it can run");
    }

    #[test]
    fn one_mapping_runs_what_was_written_last() {
        rewritten_code_runs(Memory::Single(Single::new(4 * page()).unwrap()));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn two_mappings_run_what_was_written_last() {
        // Where there are none, as in an emulator, there is nothing to test.
        if let Some(dual) = Dual::new(4 * page()) {
            rewritten_code_runs(Memory::Dual(dual));
        }
    }
}
