//! Which instructions ran right after which. A fault in what a compiler carries from one instruction to the next shows
//! only where the two meet.

use alloy_primitives::hex;

/// Ordered pairs of instructions by their bytes, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs(Box<[u64; Pairs::WORDS]>);

impl Default for Pairs {
    fn default() -> Pairs {
        Pairs(Box::new([0; Pairs::WORDS]))
    }
}

impl Pairs {
    const WORDS: usize = 256 * 256 / 64;

    /// Notes that `second` ran right after `first`.
    pub fn note(&mut self, first: u8, second: u8) {
        let bit = usize::from(first) << 8 | usize::from(second);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    /// Adds those of another.
    pub fn merge(&mut self, other: &Pairs) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bits as one hexadecimal number, for the state file.
    pub(crate) fn to_hex(&self) -> String {
        hex::encode(self.0.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>())
    }

    /// From that number.
    pub(crate) fn from_hex(text: &str) -> Option<Pairs> {
        let bytes = hex::decode(text).ok()?;
        let words: Vec<u64> = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_be_bytes(*word)).collect();
        Some(Pairs(words.into_boxed_slice().try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_ordered_added_up_and_read_back() {
        let mut pairs = Pairs::default();
        assert!(pairs.is_empty());
        for (first, second) in [(1, 2), (2, 1), (1, 2), (255, 255), (0, 0)] {
            pairs.note(first, second);
        }
        assert_eq!(pairs.len(), 4);
        let mut others = Pairs::default();
        others.note(2, 1);
        others.note(3, 4);
        others.merge(&pairs);
        assert_eq!(others.len(), 5);
        assert_eq!(Pairs::from_hex(&others.to_hex()), Some(others));
        assert_eq!(Pairs::from_hex("00"), None);
        assert_eq!(Pairs::from_hex("no"), None);
    }
}
