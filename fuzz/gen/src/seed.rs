//! From (seed, index) to bytes: SplitMix64, started at a place that is mixed from both.
//!
//! Written here, so that a campaign means the same on every platform and for every version of every library.

/// Bytes for one case: what all but one in a thousand read at most. The others end sooner than they would.
const LEN: usize = 1024;

/// The odd increment of SplitMix64.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The bytes that case `index` of the campaign `seed` is made from.
pub(crate) fn bytes(seed: u64, index: u64) -> [u8; LEN] {
    // Mixing twice keeps the streams of neighbouring indices from being shifted copies of each other.
    let mut state = mix(mix(seed).wrapping_add(index));
    let mut bytes = [0; LEN];
    for chunk in bytes.chunks_exact_mut(8) {
        state = state.wrapping_add(GAMMA);
        chunk.copy_from_slice(&mix(state).to_le_bytes());
    }
    bytes
}

/// The output function of SplitMix64: a bijection in which every bit of the input moves every bit of the output.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        // The first outputs of the reference code for the seed 0.
        assert_eq!(mix(GAMMA), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(GAMMA.wrapping_mul(2)), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn neighbours_share_nothing() {
        let (left, right) = (bytes(1, 1), bytes(1, 2));
        assert!(!right.windows(8).any(|window| window == &left[8..16]));
        assert_ne!(bytes(1, 2), bytes(2, 1));
    }
}
