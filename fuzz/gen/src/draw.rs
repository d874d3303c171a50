//! Decisions drawn from bytes.
//!
//! A draw never fails: when the bytes run out it reads zeros. Everything above is built so that zero means the plain
//! choice and an end, so short inputs give short cases. Few bytes are spent on a decision, in a fixed order, so that
//! a fuzzer that changes one byte changes one decision.

use crate::Feature;
use api::{Revision, U256};
use arbitrary::Unstructured;

/// Bytes to draw from, and what holds for the whole case.
pub(crate) struct Draw<'u> {
    bytes: &'u [u8],
    features: u32,
    /// The rules in force.
    pub(crate) revision: Revision,
}

/// Lends the bytes of `u` to `make` and takes from `u` those that it read.
pub(crate) fn read<T>(u: &mut Unstructured<'_>, make: impl FnOnce(&mut Draw<'_>) -> T) -> T {
    let len = u.len();
    let mut draw = Draw::new(u.peek_bytes(len).unwrap_or_default());
    let made = make(&mut draw);
    let used = len - draw.bytes.len();
    // That many were there.
    let _ = u.bytes(used);
    made
}

impl<'u> Draw<'u> {
    /// A draw from these bytes; every feature is on.
    pub(crate) fn new(bytes: &'u [u8]) -> Draw<'u> {
        Draw { bytes, features: u32::MAX, revision: Revision::LATEST }
    }

    /// Takes `len` bytes for another draw under the same circumstances. What is decided there does not move when
    /// more or fewer bytes are read here.
    pub(crate) fn fork(&mut self, len: usize) -> Draw<'u> {
        let (bytes, rest) = self.bytes.split_at(len.min(self.bytes.len()));
        self.bytes = rest;
        Draw { bytes, ..*self }
    }

    /// Whether there is nothing left but zeros.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Switches features on and off.
    pub(crate) fn set_features(&mut self, features: u32) {
        self.features = features;
    }

    /// Whether a feature is on.
    pub(crate) fn has(&self, feature: Feature) -> bool {
        self.features & 1 << feature as u32 != 0
    }

    /// Whether `since` is in force.
    pub(crate) fn since(&self, since: Revision) -> bool {
        self.revision.is(since)
    }

    /// One byte.
    pub(crate) fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((byte, rest)) => {
                self.bytes = rest;
                *byte
            }
            None => 0,
        }
    }

    /// Two bytes.
    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    /// Four bytes.
    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// Eight bytes.
    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// As many bytes as asked for, with zeros behind the last.
    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let n = N.min(self.bytes.len());
        let (head, rest) = self.bytes.split_at(n);
        array[..n].copy_from_slice(head);
        self.bytes = rest;
        array
    }

    /// At most `len` bytes.
    pub(crate) fn slice(&mut self, len: u32) -> &'u [u8] {
        let (head, rest) = self.bytes.split_at(self.bytes.len().min(len as usize));
        self.bytes = rest;
        head
    }

    /// A number below `n`, which is at most 2^16; 0 if `n` is. Nearly uniform: one byte decides up to 256 ways.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        if n <= 256 { (u32::from(self.byte()) * n) >> 8 } else { (u32::from(self.u16()) * n.min(1 << 16)) >> 16 }
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// A number from `low` to `high`, mostly near `low`: of what lies between, three in four draws reach a quarter or
    /// an eighth, one in sixteen all of it. A long case seldom shows what a short one cannot, and takes the time of many.
    pub(crate) fn mostly_low(&mut self, low: u32, high: u32) -> u32 {
        let shift = match self.byte() {
            0..=95 => 3,
            96..=191 => 2,
            192..=239 => 1,
            _ => 0,
        };
        low + self.below(((high - low) >> shift) + 1)
    }

    /// True in `share` of 256 draws; false when the bytes have run out.
    pub(crate) fn chance(&mut self, share: u8) -> bool {
        u16::from(self.byte()) + u16::from(share) >= 256
    }

    /// One of the values; they are not empty.
    pub(crate) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u32) as usize]
    }

    /// The position of a weight, chosen in proportion to it. The weights add up to at most 2^16.
    pub(crate) fn weighted(&mut self, weights: &[u16]) -> usize {
        let total = weights.iter().map(|weight| u32::from(*weight)).sum();
        let mut left = self.below(total);
        for (at, weight) in weights.iter().enumerate() {
            match left.checked_sub(u32::from(*weight)) {
                Some(rest) => left = rest,
                None => return at,
            }
        }
        0
    }

    /// Any word, from 32 bytes.
    pub(crate) fn any_word(&mut self) -> U256 {
        U256::from_be_bytes(self.array::<32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_reads_as_the_plain_choice() {
        let mut draw = Draw::new(&[]);
        assert_eq!((draw.byte(), draw.u64(), draw.below(7), draw.between(3, 9)), (0, 0, 0, 3));
        assert!(!draw.chance(255));
        assert_eq!(draw.weighted(&[0, 5, 1]), 1);
        assert_eq!(draw.weighted(&[]), 0);
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let bytes: Vec<u8> = (0..=255).collect();
        for n in [1, 2, 7, 150, 256] {
            let mut draw = Draw::new(&bytes);
            let drawn: Vec<u32> = (0..256).map(|_| draw.below(n)).collect();
            assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&0), Some(&(n - 1))), "{n}");
        }
        let mut draw = Draw::new(&bytes);
        assert_eq!((0..256).filter(|_| draw.chance(10)).count(), 10);
    }

    #[test]
    fn reading_takes_what_was_read() {
        let bytes = [1, 2, 3, 4];
        let mut u = Unstructured::new(&bytes);
        assert_eq!(read(&mut u, |draw| (draw.fork(2).byte(), draw.byte())), (1, 3));
        assert_eq!(u.len(), 1);
    }
}
