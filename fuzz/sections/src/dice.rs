//! Numbers for states: the same for the same code, place and turn.

use api::U256;

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(code_hash: &[u8], pc: u32, index: u64) -> Dice {
        let hash = code_hash.iter().fold(index, |sum, byte| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*byte));
        Dice(hash ^ u64::from(pc).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`; 0 if `n` is.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next().checked_rem(n).unwrap_or(0)
    }

    /// One of these, which are not none.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    pub(crate) fn bytes(&mut self, len: u64) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// A word whose limbs stand at corners or are random.
    pub(crate) fn limbs(&mut self) -> U256 {
        let corners = [0, 0, 1, u64::MAX, u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 32];
        U256::from_limbs(std::array::from_fn(|_| match self.below(3) {
            0 => self.next(),
            _ => self.pick(&corners),
        }))
    }
}
