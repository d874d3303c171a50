//! Words at the corners: where limbs, signs, shift widths and truncations change.

use crate::Feature;
use crate::draw::Draw;
use api::U256;

/// 2^n.
const fn bit(n: usize) -> U256 {
    let mut limbs = [0; 4];
    limbs[n / 64] = 1 << (n % 64);
    U256::from_limbs(limbs)
}

/// 2^n - 1, for n from 1 to 256.
const fn ones(n: usize) -> U256 {
    let mut limbs = [0; 4];
    let mut i = 0;
    while i < n {
        limbs[i / 64] |= 1 << (i % 64);
        i += 1;
    }
    U256::from_limbs(limbs)
}

/// 2^n + 1, for n from 1 on.
const fn next(n: usize) -> U256 {
    let mut limbs = *bit(n).as_limbs();
    limbs[0] |= 1;
    U256::from_limbs(limbs)
}

/// -2^n in two's complement.
const fn negative(n: usize) -> U256 {
    let low = ones(n);
    let limbs = low.as_limbs();
    U256::from_limbs([!limbs[0], !limbs[1], !limbs[2], !limbs[3]])
}

const fn small(n: u64) -> U256 {
    U256::from_limbs([n, 0, 0, 0])
}

/// How many of [`CORNERS`] are below 2^31.
pub(crate) const SMALL_COUNT: usize = 23;

/// The corners, those below 2^31 first.
pub const CORNERS: [U256; 64] = [
    U256::ZERO,
    U256::ONE,
    small(2),
    small(3),
    small(5),
    small(7),
    small(8),
    small(16),
    small(31),
    small(32),
    small(33),
    small(63),
    small(64),
    small(65),
    small(127),
    small(128),
    small(192),
    small(255),
    small(256),
    small(257),
    small(0xffff),
    small(0x10000),
    small(0x5b5b),
    // A signed 32-bit number ends here, then an unsigned one.
    ones(31),
    bit(31),
    next(31),
    ones(32),
    bit(32),
    next(32),
    // A shift width, a divisor or a length whose low 32 or 64 bits look harmless.
    small((1 << 32) + 31),
    ones(63),
    bit(63),
    next(63),
    ones(64),
    bit(64),
    next(64),
    U256::from_limbs([8, 1, 0, 0]),
    bit(65),
    ones(127),
    bit(127),
    ones(128),
    bit(128),
    next(128),
    ones(160),
    bit(160),
    bit(191),
    ones(192),
    bit(192),
    next(192),
    ones(255),
    bit(255),
    next(255),
    ones(256),
    negative(1),
    negative(5),
    negative(8),
    negative(31),
    negative(32),
    negative(63),
    negative(64),
    negative(128),
    // A limb of each kind; the bytes in ascending order; JUMPDESTs.
    U256::from_limbs([u64::MAX, 0, u64::MAX, 0]),
    U256::from_limbs([0x191a_1b1c_1d1e_1f20, 0x1112_1314_1516_1718, 0x090a_0b0c_0d0e_0f10, 0x0102_0304_0506_0708]),
    U256::from_limbs([0x5b5b_5b5b_5b5b_5b5b; 4]),
];

/// Limbs that carries, borrows and quotient estimates turn on.
const LIMBS: [u64; 8] = [0, 1, u64::MAX, 1 << 63, u64::MAX - 1, (1 << 63) - 1, 1 << 32, u32::MAX as u64];

impl Draw<'_> {
    /// A word: mostly a corner, else corner limbs, else random bytes.
    pub(crate) fn word(&mut self) -> U256 {
        let count = if self.has(Feature::Huge) { CORNERS.len() } else { SMALL_COUNT };
        match self.byte() {
            0..=127 => CORNERS[self.below(count as u32) as usize],
            128..=175 => U256::from_limbs(std::array::from_fn(|_| self.limb())),
            176..=223 => small(u64::from(self.byte())),
            224..=247 => small(u64::from(self.u32())) << (self.byte() as usize & 0xe0),
            _ => self.any_word(),
        }
    }

    fn limb(&mut self) -> u64 {
        match self.byte() {
            byte @ 0..=191 => LIMBS[usize::from(byte) % LIMBS.len()],
            _ => self.u64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn corners_are_distinct_and_the_small_ones_come_first() {
        assert_eq!(CORNERS.iter().collect::<BTreeSet<_>>().len(), CORNERS.len());
        assert!(CORNERS[..SMALL_COUNT].iter().all(|word| *word < bit(31)));
    }

    #[test]
    fn helpers_compute_what_they_say() {
        for n in [1, 31, 64, 127, 255] {
            let power = U256::ONE << n;
            assert_eq!((bit(n), ones(n), next(n)), (power, power - U256::ONE, power + U256::ONE));
            assert_eq!(negative(n), U256::ZERO.wrapping_sub(power));
        }
        assert_eq!(ones(256), U256::MAX);
    }
}
