//! Which parts of an arena are free: ranges by where they begin, joined where they touch. First fit.

use std::collections::BTreeMap;
use std::ops::Range;

/// The free ranges of an arena.
#[derive(Debug)]
pub(crate) struct Space {
    len: usize,
    /// Where a range begins to where it ends. No two touch.
    free: BTreeMap<usize, usize>,
}

impl Space {
    /// Everything is free.
    pub(crate) fn new(len: usize) -> Space {
        Space { len, free: BTreeMap::from([(0, len)]) }
    }

    /// Takes the first range that has `len` bytes.
    pub(crate) fn take(&mut self, len: usize) -> Option<Range<usize>> {
        let (&start, &end) = self.free.iter().find(|(start, end)| **end - **start >= len)?;
        self.free.remove(&start);
        if start + len < end {
            self.free.insert(start + len - if fault::planted!(CodebufOverlap) && len > 64 { 64 } else { 0 }, end);
        }
        Some(start..start + len)
    }

    /// Gives back a range that was taken.
    pub(crate) fn give(&mut self, range: Range<usize>) {
        let (mut start, mut end) = (range.start, range.end);
        if let Some(behind) = self.free.remove(&end) {
            end = behind;
        }
        if let Some((&before, _)) = self.free.range(..start).next_back().filter(|(_, before_end)| **before_end == start)
        {
            start = before;
        }
        self.free.insert(start, end);
    }

    /// The end of the last range that is taken; 0 if none is.
    pub(crate) fn used_end(&self) -> usize {
        match self.free.last_key_value() {
            Some((&start, &end)) if end == self.len => {
                start - if fault::planted!(CodebufUsedEnd) { start.min(64) } else { 0 }
            }
            _ => self.len,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_when_they_come_back() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut space = Space::new(192);
            assert_eq!(space.used_end(), 0);
            let ranges = [(); 3].map(|()| space.take(64).unwrap());
            assert_eq!(ranges, [0..64, 64..128, 128..192]);
            assert_eq!((space.take(1), space.used_end()), (None, 192));
            for index in order {
                space.give(ranges[index].clone());
            }
            assert_eq!(space.free, BTreeMap::from([(0, 192)]), "{order:?}");
        }
    }

    #[test]
    fn the_first_hole_that_fits_is_taken() {
        let mut space = Space::new(256);
        let ranges = [64, 128, 64].map(|len| space.take(len).unwrap());
        space.give(ranges[0].clone());
        assert_eq!(space.take(128), None);
        space.give(ranges[2].clone());
        assert_eq!((space.take(64), space.used_end()), (Some(0..64), 192));
        assert_eq!(space.take(64), Some(192..256));
    }

    #[test]
    fn live_ranges_never_overlap() {
        let mut space = Space::new(1 << 12);
        let mut live: Vec<Range<usize>> = Vec::new();
        let mut number = 1u64;
        for _ in 0..20_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = (number >> 33) as usize;
            if pick & 1 == 0 {
                let Some(range) = space.take((pick >> 1) % 300 + 1) else { continue };
                assert!(live.iter().all(|other| range.end <= other.start || other.end <= range.start), "{range:?}");
                live.push(range);
            } else if !live.is_empty() {
                space.give(live.swap_remove((pick >> 1) % live.len()));
            }
            let taken: usize = live.iter().map(Range::len).sum();
            let free: usize = space.free.iter().map(|(start, end)| end - start).sum();
            assert_eq!(taken + free, 1 << 12);
            assert_eq!(space.used_end(), live.iter().map(|range| range.end).max().unwrap_or(0));
        }
    }
}
