//! The memory of one frame: zeros, growing in words, up to the resource limit that the frame was given.

use spec::limits;

/// Growth beyond the resource limit of the harness. Not a halt: the case is inconclusive, in every engine alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLimit;

/// Bytes whose allocation a used frame keeps.
const KEPT_MAX: usize = 1 << 16;

/// Byte-addressed memory. Its length is always a multiple of 32.
#[derive(Clone, Debug)]
pub struct Memory {
    bytes: Vec<u8>,
    limit: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Memory { bytes: Vec::new(), limit: limits::MEMORY }
    }
}

impl Memory {
    /// Empties the memory and sets how far it may grow.
    pub fn reset(&mut self, limit: u64) {
        // Frames are used again, but what one of them once needed is not kept for all that may be live.
        if self.bytes.capacity() > KEPT_MAX {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.limit = limit;
    }

    /// Bytes in use.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was touched yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes that this memory may hold.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Grows to hold `len` bytes, rounded up to a word. The gas must have been paid. Nothing is allocated
    /// beyond the limit.
    pub fn grow(&mut self, len: u64) -> Result<(), OverLimit> {
        let len = len.next_multiple_of(32);
        if len > self.limit {
            return Err(OverLimit);
        }
        if len > self.bytes.len() as u64 {
            self.bytes.resize(len as usize, 0);
        }
        Ok(())
    }

    /// The bytes of a range that was grown to.
    #[inline]
    pub fn slice(&self, offset: usize, len: usize) -> &[u8] {
        &self.bytes[offset..offset + len]
    }

    /// The bytes of a range that was grown to.
    #[inline]
    pub fn slice_mut(&mut self, offset: usize, len: usize) -> &mut [u8] {
        &mut self.bytes[offset..offset + len]
    }

    /// All bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// All bytes, for whoever addresses them by a pointer until the memory grows.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Moves `len` bytes inside a range that was grown to; the ranges may overlap.
    pub fn copy_within(&mut self, from: usize, to: usize, len: usize) {
        self.bytes.copy_within(from..from + len, to);
    }

    /// Writes `len` bytes of `source` from `start` on, with zeros behind its end.
    pub fn fill_from(&mut self, offset: usize, len: usize, source: &[u8], start: usize) {
        let rest = source.get(start..).unwrap_or_default();
        let n = rest.len().min(len);
        let target = self.slice_mut(offset, len);
        target[..n].copy_from_slice(&rest[..n]);
        target[n..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_in_words_up_to_the_limit() {
        let mut memory = Memory::default();
        memory.reset(64);
        assert_eq!(memory.grow(33), Ok(()));
        assert_eq!(memory.len(), 64);
        assert_eq!(memory.grow(65), Err(OverLimit));
        memory.fill_from(30, 4, &[1, 2, 3], 1);
        assert_eq!(memory.slice(29, 6), [0, 2, 3, 0, 0, 0]);
        memory.reset(32);
        memory.grow(1).unwrap();
        assert_eq!(memory.as_slice(), [0; 32]);
    }
}
