//! From (seed, index) to bytes: the numbers of a stream that starts at a place mixed from both.

use api::dice::{Dice, mix};

/// Bytes for one case: what all but one in a thousand read at most. The others end sooner than they would.
const LEN: usize = 1024;

/// The bytes that case `index` of the campaign `seed` is made from.
pub(crate) fn bytes(seed: u64, index: u64) -> [u8; LEN] {
    // Mixing twice keeps the streams of neighbouring indices from being shifted copies of each other.
    let mut dice = Dice::new(mix(mix(seed).wrapping_add(index)));
    let mut bytes = [0; LEN];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&dice.roll().to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_nothing() {
        let (left, right) = (bytes(1, 1), bytes(1, 2));
        assert!(!right.windows(8).any(|window| window == &left[8..16]));
        assert_ne!(bytes(1, 2), bytes(2, 1));
    }
}
